/** Jinja's filters by name. */
import { attribute, ownAttribute } from "./attributes.ts";
import { bind } from "./bind.ts";
import { type Filter, ofText, plain } from "./filter.ts";
import { formatPercent } from "./format.ts";
import { toJson } from "./json.ts";
import {
  batch,
  dictsort,
  extreme,
  first,
  getter,
  groupby,
  lazily,
  selecting,
  sliced,
  sort,
  turned,
  unique,
} from "./list-filters.ts";
import { binary, escaped } from "./operators.ts";
import { indent, round, title, toFloat, toInteger, truncate } from "./text-filters.ts";
import { capitalize, replace, strip } from "./text-methods.ts";
import {
  characters,
  Dict,
  integerOf,
  iterate,
  lengthOf,
  Markup,
  Once,
  TemplateError,
  text,
  truthy,
  Tuple,
  typeName,
  Undefined,
  unsupported,
  wholeNumber,
  type Value,
  type Keywords,
} from "./values.ts";

const NONE: Keywords = new Map();

/** Of Jinja too, and left out: no chat template is known to use them. */
const OTHERS = [
  "filesizeformat",
  "forceescape",
  "pprint",
  "random",
  "striptags",
  "urlencode",
  "urlize",
  "wordwrap",
  "xmlattr",
];

const map: Filter = (value, args, keywords) => {
  let make: (item: Value) => Value;
  if (args.length === 0) {
    const [path, otherwise] = bind(args, keywords, [["attribute"], ["default", null]]);
    make = getter(path!, otherwise);
  } else {
    const [name, ...rest] = args;
    make = (item) => applyFilter(text(name!), item, rest, keywords);
  }
  return lazily(function* () {
    if (!truthy(value) && !(value instanceof Once)) return;
    for (const item of iterate(value)) yield make(item);
  });
};

export const FILTERS: Readonly<Record<string, Filter>> = {
  abs: plain((value) => {
    const number = typeof value === "number" ? value : integerOf(value);
    if (number === null) throw new TemplateError(`bad operand type for abs(): '${typeName(value)}'`);
    return typeof number === "number" ? Math.abs(number) : number < 0 ? -number : number;
  }),
  attr: (value, args, keywords) => {
    const [name] = bind(args, keywords, [["name"]]);
    const found = ownAttribute(value, text(name!));
    return found === undefined ? new Undefined(`'${typeName(value)} object' has no attribute '${text(name!)}'`) : found;
  },
  batch,
  capitalize: ofText(capitalize),
  center: (value, args, keywords) => {
    const [width] = bind(args, keywords, [["width", 80n]]);
    const method = attribute(text(value), "center");
    return (method as { call: (args: readonly Value[], keywords: Keywords) => Value }).call([width!], NONE);
  },
  default: (value, args, keywords) => {
    const [otherwise, alsoFalse] = bind(args, keywords, [
      ["default_value", ""],
      ["boolean", false],
    ]);
    return value instanceof Undefined || (truthy(alsoFalse!) && !truthy(value)) ? otherwise! : value;
  },
  dictsort,
  escape: plain((value) => new Markup(escaped(value))),
  first,
  float: toFloat,
  format: (value, args, keywords) => {
    if (args.length > 0 && keywords.size > 0)
      throw new TemplateError("can't handle positional and keyword arguments at the same time");
    return formatPercent(text(value), keywords.size > 0 ? new Dict(keywords) : new Tuple(args));
  },
  groupby,
  indent,
  int: toInteger,
  items: plain((value) => {
    if (value instanceof Undefined) return new Once([]);
    if (!(value instanceof Dict)) throw new TemplateError("Can only get item pairs from a mapping.");
    return new Once(value.entries().map((entry) => new Tuple(entry)));
  }),
  join: (value, args, keywords) => {
    const [separator, path] = bind(args, keywords, [
      ["d", ""],
      ["attribute", null],
    ]);
    const get = getter(path!);
    return [...iterate(value)].map((item) => text(get(item))).join(text(separator!));
  },
  last: plain((value) => {
    const [item] = turned(value);
    return item === undefined ? new Undefined("No last item, sequence was empty.") : item;
  }),
  length: plain((value) => {
    const length = lengthOf(value);
    if (length === null) throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
    return BigInt(length);
  }),
  list: plain((value) => [...iterate(value)]),
  lower: ofText((value) => value.toLowerCase()),
  map,
  max: extreme(true),
  min: extreme(false),
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  replace: (value, args, keywords) => {
    const [old, by, count] = bind(args, keywords, [["old"], ["new"], ["count", null]]);
    return replace(text(value), text(old!), text(by!), count === null ? -1 : wholeNumber(count!, "count"));
  },
  reverse: plain((value) => {
    if (typeof value === "string") return characters(value).reverse().join("");
    return value instanceof Once ? [...iterate(value)].reverse() : new Once(turned(value));
  }),
  round,
  safe: plain((value) => new Markup(text(value))),
  select: selecting(true, false),
  selectattr: selecting(true, true),
  slice: sliced,
  sort,
  string: plain((value) => (value instanceof Markup ? value : text(value))),
  sum: (value, args, keywords) => {
    const [path, start] = bind(args, keywords, [
      ["attribute", null],
      ["start", 0n],
    ]);
    const get = getter(path!);
    let sum: Value = start!;
    for (const item of iterate(value)) {
      sum = binary("+", sum, get(item));
      if (typeof sum === "string") throw new TemplateError("sum() can't sum strings");
    }
    return sum;
  },
  title,
  tojson: toJson,
  trim: (value, args, keywords) => {
    const [chars] = bind(args, keywords, [["chars", null]]);
    return strip(text(value), chars === null ? null : text(chars!));
  },
  truncate,
  unique,
  upper: ofText((value) => value.toUpperCase()),
  wordcount: plain((value) => BigInt(text(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)),
};

const ALIASES: Readonly<Record<string, string>> = { count: "length", d: "default", e: "escape" };
/** What escaped text goes through unchanged in kind. */
const OF_MARKUP = new Set(["safe", "escape", "string", "length", "default", "tojson"]);

export function applyFilter(name: string, value: Value, args: readonly Value[], keywords: Keywords): Value {
  const known = ALIASES[name] ?? name;
  if (OTHERS.includes(known)) return unsupported(`the filter '${name}'`);
  const filter = Object.hasOwn(FILTERS, known) ? FILTERS[known] : undefined;
  if (!filter) throw new TemplateError(`No filter named '${name}'`);
  if (value instanceof Markup && !OF_MARKUP.has(known)) return unsupported(`the filter '${name}' of escaped text`);
  return filter(value, args, keywords);
}
