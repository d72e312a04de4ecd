/** Methods of str, by code points and Python's idea of cases and white space. */
import { formatBraces } from "./format.ts";
import {
  Callable,
  characters,
  iterate,
  type Keywords,
  TemplateError,
  Tuple,
  typeName,
  unsupported,
  type Value,
  wholeNumber,
} from "./values.ts";
import { bind } from "./bind.ts";

const SPACE = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const LINE_ENDS = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/g;

const isSpace = (character: string): boolean => SPACE.test(character);

export function strip(value: string, of: string | null, sides: "left" | "right" | "both" = "both"): string {
  const all = characters(value);
  const set = of === null ? null : new Set(characters(of));
  const goes = (character: string): boolean => (set ? set.has(character) : isSpace(character));
  let [start, end] = [0, all.length];
  if (sides !== "right") while (start < end && goes(all[start]!)) start++;
  if (sides !== "left") while (end > start && goes(all[end - 1]!)) end--;
  return all.slice(start, end).join("");
}

/** A digraph's or a Greek letter's form at a word's beginning is not its capital form. */
function titleOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code >= 0x1c4 && code <= 0x1cc) return "\u01c5\u01c5\u01c5\u01c8\u01c8\u01c8\u01cb\u01cb\u01cb"[code - 0x1c4]!;
  if (code >= 0x1f1 && code <= 0x1f3) return "\u01f2";
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  const iota = { 0x1fb3: 0x1fbc, 0x1fc3: 0x1fcc, 0x1ff3: 0x1ffc }[code];
  if (iota !== undefined) return String.fromCodePoint(iota);
  // Georgian has capitals, and no word begins with one.
  if (code >= 0x10d0 && code <= 0x10ff) return character;
  const [first = "", ...rest] = characters(character.toUpperCase());
  return first + rest.join("").toLowerCase();
}

export function capitalize(value: string): string {
  const [first = "", ...rest] = characters(value);
  return titleOf(first) + lowerRest(first, rest.join(""));
}

/** As lower() makes it after `first`: the form of a final sigma depends on it. */
function lowerRest(first: string, rest: string): string {
  return /\p{Cased}/u.test(first) ? `a${rest}`.toLowerCase().slice(1) : rest.toLowerCase();
}

function title(value: string): string {
  return value.replace(
    /(\p{Cased})(\p{Cased}*)/gu,
    (_, first: string, rest: string) => titleOf(first) + lowerRest(first, rest),
  );
}

function words(value: string): string[] {
  return value.split(new RegExp(`${SPACE.source}+`)).filter((word) => word !== "");
}

function split(value: string, separator: string | null, most: number): string[] {
  if (separator === "") throw new TemplateError("empty separator");
  if (separator === null) {
    if (most < 0) return words(value);
    const parts: string[] = [];
    let rest = strip(value, null, "left");
    while (rest !== "" && parts.length < most) {
      const [word = ""] = words(rest);
      parts.push(word);
      rest = strip(rest.slice(word.length), null, "left");
    }
    return rest === "" ? parts : [...parts, rest];
  }
  const parts = value.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
}

function splitFromRight(value: string, separator: string | null, most: number): string[] {
  if (most < 0) return split(value, separator, most);
  const turned = (each: string): string => characters(each).reverse().join("");
  return split(turned(value), separator === null ? null : turned(separator), most)
    .map(turned)
    .reverse();
}

function splitlines(value: string, keepEnds: boolean): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const { 0: end, index } of value.matchAll(LINE_ENDS)) {
    lines.push(value.slice(start, keepEnds ? index + end.length : index));
    start = index + end.length;
  }
  if (start < value.length) lines.push(value.slice(start));
  return lines;
}

export function replace(value: string, old: string, by: string, count: number): string {
  if (old === "") {
    const all = characters(value);
    const places = count < 0 ? all.length + 1 : Math.min(count, all.length + 1);
    return [...all, ""].map((character, at) => (at < places ? by : "") + character).join("");
  }
  const parts = value.split(old);
  if (count < 0 || count >= parts.length - 1) return parts.join(by);
  return parts.slice(0, count + 1).join(by) + (count < parts.length - 1 ? old : "") + parts.slice(count + 1).join(old);
}

/** Whether there is a character and all are of that kind. */
function all(pattern: RegExp): (value: string) => boolean {
  return (value) => value !== "" && characters(value).every((character) => pattern.test(character));
}

export function isLower(value: string): boolean {
  return /\p{Lowercase}/u.test(value) && !/[\p{Uppercase}\p{Lt}]/u.test(value);
}

export function isUpper(value: string): boolean {
  return /\p{Uppercase}/u.test(value) && !/[\p{Lowercase}\p{Lt}]/u.test(value);
}

function isTitle(value: string): boolean {
  return /\p{Cased}/u.test(value) && value.replace(/\p{Cased}+/gu, (word) => title(word)) === value;
}

function affix(name: string, value: string, tried: Value, range: readonly Value[]): boolean {
  if (range.length > 0) return unsupported(`${name}() with a place`);
  const options = tried instanceof Tuple ? tried.items : [tried];
  return options.some((option) =>
    name === "startswith" ? value.startsWith(word(option)) : value.endsWith(word(option)),
  );
}

/** Where, in code points; -1 for nowhere. */
function find(value: string, wanted: Value, last: boolean, range: readonly Value[]): number {
  if (range.length > 0) return unsupported("find() with a place");
  const at = last ? value.lastIndexOf(word(wanted)) : value.indexOf(word(wanted));
  return at < 0 ? -1 : characters(value.slice(0, at)).length;
}

function word(value: Value): string {
  if (typeof value === "string") return value;
  throw new TemplateError(`a str is expected, not ${typeName(value)}`);
}

function justify(value: string, width: number, fill: string, left: number | null): string {
  const missing = Math.max(0, width - characters(value).length);
  // CPython's own rule for an odd number.
  const before = left ?? (missing >> 1) + (missing & width & 1);
  const start = Math.min(before, missing);
  return fill.repeat(start) + value + fill.repeat(missing - start);
}

type Method = (value: string, args: readonly Value[], keywords: Keywords) => Value;

const plain =
  (make: (value: string) => Value): Method =>
  (value, args, keywords) => {
    bind(args, keywords, []);
    return make(value);
  };

const stripping =
  (sides: "left" | "right" | "both"): Method =>
  (value, args, keywords) => {
    const [of] = bind(args, keywords, [["chars", null]]);
    return strip(value, of === null ? null : word(of!), sides);
  };

const splitting =
  (how: typeof split): Method =>
  (value, args, keywords) => {
    const [separator, most] = bind(args, keywords, [
      ["sep", null],
      ["maxsplit", -1n],
    ]);
    return how(value, separator === null ? null : word(separator!), wholeNumber(most!, "maxsplit"));
  };

const justifying =
  (left: (missing: number) => number | null): Method =>
  (value, args, keywords) => {
    const [width, fill] = bind(args, keywords, [["width"], ["fillchar", " "]]);
    const missing = Math.max(0, wholeNumber(width!, "width") - characters(value).length);
    return justify(value, wholeNumber(width!, "width"), word(fill!), left(missing));
  };

const finding =
  (last: boolean, must: boolean): Method =>
  (value, [wanted = null, ...range]) => {
    const at = find(value, wanted, last, range);
    if (must && at < 0) throw new TemplateError("substring not found");
    return BigInt(at);
  };

const parting =
  (last: boolean): Method =>
  (value, [separator = null]) => {
    const mark = word(separator);
    const at = last ? value.lastIndexOf(mark) : value.indexOf(mark);
    if (at < 0) return new Tuple(last ? ["", "", value] : [value, "", ""]);
    return new Tuple([value.slice(0, at), mark, value.slice(at + mark.length)]);
  };

const METHODS: Readonly<Record<string, Method>> = {
  upper: plain((value) => value.toUpperCase()),
  lower: plain((value) => value.toLowerCase()),
  title: plain(title),
  capitalize: plain(capitalize),
  strip: stripping("both"),
  lstrip: stripping("left"),
  rstrip: stripping("right"),
  split: splitting(split),
  rsplit: splitting(splitFromRight),
  splitlines: (value, args, keywords) => {
    const [keep] = bind(args, keywords, [["keepends", false]]);
    return splitlines(value, keep === true);
  },
  startswith: (value, [tried = null, ...range]) => affix("startswith", value, tried, range),
  endswith: (value, [tried = null, ...range]) => affix("endswith", value, tried, range),
  join: (value, [items = null]) => [...iterate(items)].map(word).join(value),
  replace: (value, args, keywords) => {
    const [old, by, count] = bind(args, keywords, [["old"], ["new"], ["count", -1n]]);
    return replace(value, word(old!), word(by!), wholeNumber(count!, "count"));
  },
  find: finding(false, false),
  rfind: finding(true, false),
  index: finding(false, true),
  rindex: finding(true, true),
  count: (value, [wanted = null, ...range]) => {
    if (range.length > 0) return unsupported("count() with a place");
    const part = word(wanted);
    return BigInt(part === "" ? characters(value).length + 1 : value.split(part).length - 1);
  },
  partition: parting(false),
  rpartition: parting(true),
  removeprefix: (value, [part = null]) => (value.startsWith(word(part)) ? value.slice(word(part).length) : value),
  removesuffix: (value, [part = null]) =>
    word(part) !== "" && value.endsWith(word(part)) ? value.slice(0, -word(part).length) : value,
  center: justifying(() => null),
  ljust: justifying(() => 0),
  rjust: justifying((missing) => missing),
  zfill: (value, [width = null]) => {
    const missing = Math.max(0, wholeNumber(width, "width") - characters(value).length);
    return value.replace(/^[-+]?/, (sign) => sign + "0".repeat(missing));
  },
  format: formatBraces,
  isdigit: plain(all(/\p{Nd}|[\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]/u)),
  isdecimal: plain(all(/\p{Nd}/u)),
  isalpha: plain(all(/\p{L}/u)),
  isalnum: plain(all(/[\p{L}\p{N}]/u)),
  isspace: plain(all(SPACE)),
  isascii: plain((value) => /^[\0-\x7f]*$/.test(value)),
  isprintable: plain((value) => !/(?! )[\p{C}\p{Z}]/u.test(value)),
  islower: plain(isLower),
  isupper: plain(isUpper),
  istitle: plain(isTitle),
};

/** Of str too, and left out. */
const OTHERS = new Set([
  "casefold",
  "encode",
  "expandtabs",
  "format_map",
  "isidentifier",
  "isnumeric",
  "maketrans",
  "swapcase",
  "translate",
]);

export function textMethod(value: string, name: string): Callable | undefined {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method) return new Callable(name, (args, keywords) => method(value, args, keywords));
  return OTHERS.has(name) ? unsupported(`str.${name}`) : undefined;
}
