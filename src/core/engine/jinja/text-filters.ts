/** Filters of numbers and of text. */
import { bind } from "./bind.ts";
import { type Filter, ofText } from "./filter.ts";
import { fixed } from "./format.ts";
import { strip } from "./text-methods.ts";
import {
  characters,
  equal,
  floatOf,
  integerOf,
  lengthOf,
  TemplateError,
  text,
  truthy,
  typeName,
  Undefined,
  unsupported,
  wholeNumber,
} from "./values.ts";

export const round: Filter = (value, args, keywords) => {
  const [precision, method] = bind(args, keywords, [
    ["precision", 0n],
    ["method", "common"],
  ]);
  const number = floatOf(value);
  const places = wholeNumber(precision!, "precision");
  if (number === null) throw new TemplateError(`type ${typeName(value)} cannot be rounded`);
  if (places < 0) return unsupported("rounding to tens");
  if (method === "common") return typeof value === "number" ? Number(fixed(number, places)) : integerOf(value)!;
  if (method !== "ceil" && method !== "floor") throw new TemplateError("method must be common, ceil or floor");
  // Not -0.
  return (Math[method](number * 10 ** places) + 0) / 10 ** places;
};

export const toInteger: Filter = (value, args, keywords) => {
  const [otherwise, base] = bind(args, keywords, [
    ["default", 0n],
    ["base", 10n],
  ]);
  if (value instanceof Undefined) value.fail();
  if (!equal(base!, 10n)) return unsupported("int with a base");
  const number = floatOf(value);
  if (number !== null) return integerOf(value) ?? (Number.isFinite(number) ? BigInt(Math.trunc(number)) : otherwise!);
  if (typeof value !== "string") return otherwise!;
  const digits = strip(value, null).replace(/(?<=\d)_(?=\d)/g, "");
  if (/^[-+]?\d+$/.test(digits)) return BigInt(digits.replace("+", ""));
  const float = readFloat(value);
  return float !== null && Number.isFinite(float) ? BigInt(Math.trunc(float)) : otherwise!;
};

function readFloat(value: string): number | null {
  const digits = strip(value, null).replace(/(?<=\d)_(?=\d)/g, "");
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(digits)) return Number(digits);
  const special = /^([-+]?)(inf|infinity|nan)$/i.exec(digits);
  if (!special) return null;
  const size = special[2]!.toLowerCase() === "nan" ? NaN : Infinity;
  return special[1] === "-" ? -size : size;
}

export const toFloat: Filter = (value, args, keywords) => {
  const [otherwise] = bind(args, keywords, [["default", 0]]);
  if (value instanceof Undefined) value.fail();
  return floatOf(value) ?? (typeof value === "string" ? readFloat(value) : null) ?? otherwise!;
};

export const indent: Filter = (value, args, keywords) => {
  const [width, firstToo, blank] = bind(args, keywords, [
    ["width", 4n],
    ["first", false],
    ["blank", false],
  ]);
  if (value instanceof Undefined) value.fail();
  if (typeof value !== "string") throw new TemplateError(`can only concatenate str, not ${typeName(value)}`);
  const step = typeof width === "string" ? width : " ".repeat(wholeNumber(width!, "width"));
  // Jinja adds a line end before it cuts into lines, so that one at the end stays.
  const lines = `${value}\n`.split(/\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/).slice(0, -1);
  const [head = "", ...rest] = lines;
  const tail = rest.map((line) => (line === "" && !truthy(blank!) ? line : step + line));
  return (truthy(firstToo!) ? step : "") + [head, ...tail].join("\n");
};

export const truncate: Filter = (value, args, keywords) => {
  const [length, kill, end, leeway] = bind(args, keywords, [
    ["length", 255n],
    ["killwords", false],
    ["end", "..."],
    ["leeway", null],
  ]);
  const size = lengthOf(value);
  if (size === null) throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
  const most = wholeNumber(length!, "length");
  const tail = text(end!);
  if (most < characters(tail).length)
    throw new TemplateError(`expected length >= ${characters(tail).length}, got ${most}`);
  if (size <= most + (leeway === null ? 5 : wholeNumber(leeway!, "leeway"))) return value;
  if (typeof value !== "string") throw new TemplateError(`a ${typeName(value)} cannot be truncated`);
  const all = characters(value);
  const cut = all.slice(0, most - characters(tail).length).join("");
  if (truthy(kill!)) return cut + tail;
  const space = cut.lastIndexOf(" ");
  return (space < 0 ? cut : cut.slice(0, space)) + tail;
};

export const title: Filter = ofText((value) =>
  value
    .split(/([-\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000({[<]+)/)
    .map((word) => {
      const [head = "", ...rest] = characters(word);
      return head.toUpperCase() + rest.join("").toLowerCase();
    })
    .join(""),
);
