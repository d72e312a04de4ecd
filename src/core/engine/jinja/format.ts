/** Python's two ways of formatting text: `"%s" % x` and `"{}".format(x)`, as far as templates use them. */
import {
  characters,
  Dict,
  floatOf,
  integerOf,
  type Keywords,
  Range,
  repr,
  TemplateError,
  text,
  Tuple,
  typeName,
  Undefined,
  unsupported,
  type Value,
} from "./values.ts";

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ 0]*)(\d+)?(?:\.(\d+))?([^]|$)/g;

export function formatPercent(pattern: string, given: Value): string {
  const values = given instanceof Tuple ? given.items : [given];
  let next = 0;
  const formatted = pattern.replace(
    DIRECTIVE,
    (whole, key: string | undefined, flags: string, width = "0", precision: string | undefined, kind: string) => {
      if (kind === "%") return "%";
      if (kind === "") throw new TemplateError("incomplete format");
      const value = key === undefined ? values[next++] : keyed(given, key);
      if (value === undefined) throw new TemplateError("not enough arguments for format string");
      const places = precision === undefined ? null : Number(precision);
      return padded(percentValue(value, kind, places, whole), flags, Number(width), kind !== "s" && kind !== "r");
    },
  );
  // What has items by key is taken for named values, of which none need be used.
  const isMapping = [Dict, Array, Range, Undefined].some((type) => given instanceof type);
  if (next < values.length && !isMapping) {
    throw new TemplateError("not all arguments converted during string formatting");
  }
  return formatted;
}

function keyed(given: Value, key: string): Value | undefined {
  if (!(given instanceof Dict)) throw new TemplateError("format requires a mapping");
  const value = given.get(key);
  if (value === undefined) throw new TemplateError(`format has no value for '${key}'`);
  return value;
}

function percentValue(value: Value, kind: string, places: number | null, whole: string): string {
  const cut = (written: string): string => (places === null ? written : characters(written).slice(0, places).join(""));
  if (kind === "s") return cut(text(value));
  if (kind === "r") return cut(repr(value));
  const number = floatOf(value);
  if (number === null) throw new TemplateError(`%${kind} format: a number is required, not ${typeName(value)}`);
  switch (kind) {
    case "d":
    case "i": {
      const digits = String(integerOf(value) ?? BigInt(Math.trunc(number)));
      return places === null ? digits : unsupported(`the format ${whole}`);
    }
    case "f":
      return fixed(number, places ?? 6);
    default:
      return unsupported(`the format ${whole}`);
  }
}

/** Of the exact binary value, halfway cases to the even digit; toFixed takes those up. */
export function fixed(value: number, places: number): string {
  if (!Number.isFinite(value)) return unsupported("formatting a number so large");
  const [digits, power] = exactly(Math.abs(value));
  const scaled = digits * 10n ** BigInt(places);
  const divisor = 10n ** BigInt(power);
  let whole = scaled / divisor;
  const twice = 2n * (scaled % divisor);
  if (twice > divisor || (twice === divisor && whole % 2n === 1n)) whole++;
  const written = String(whole).padStart(places + 1, "0");
  const point = written.length - places;
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `${sign}${written.slice(0, point)}${places > 0 ? `.${written.slice(point)}` : ""}`;
}

/** A number as digits / 10 ** power. */
function exactly(value: number): [digits: bigint, power: number] {
  let [scaled, halvings] = [value, 0];
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings++;
  }
  return [BigInt(scaled) * 5n ** BigInt(halvings), halvings];
}

function padded(written: string, flags: string, width: number, isNumber: boolean): string {
  const sign = isNumber && !written.startsWith("-") ? (flags.includes("+") ? "+" : flags.includes(" ") ? " " : "") : "";
  const signed = sign + written;
  const missing = Math.max(0, width - characters(signed).length);
  if (flags.includes("-")) return signed + " ".repeat(missing);
  if (isNumber && flags.includes("0")) return signed.replace(/^[-+ ]?/, (first) => first + "0".repeat(missing));
  return " ".repeat(missing) + signed;
}

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rs]))?(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(.)?([<>^=]))?([-+ ])?(0)?(\d+)?(,)?(?:\.(\d+))?([sdfF%])?$/u;

export function formatBraces(pattern: string, args: readonly Value[], keywords: Keywords): string {
  let next = 0;
  return pattern.replace(FIELD, (whole, name: string | undefined, conversion?: string, spec?: string) => {
    if (whole === "{{" || whole === "}}") return whole[0]!;
    if (name === undefined) return unsupported(`the format ${whole}`);
    if (/[.[]/.test(name)) return unsupported(`the format ${whole}`);
    const value = name === "" ? args[next++] : /^\d+$/.test(name) ? args[Number(name)] : keywords.get(name);
    if (value === undefined) throw new TemplateError(`the format ${whole} has no value`);
    return specified(conversion === "r" ? repr(value) : conversion === "s" ? text(value) : value, spec ?? "", whole);
  });
}

function specified(value: Value, spec: string, whole: string): string {
  const found = SPEC.exec(spec);
  if (!found) return unsupported(`the format ${whole}`);
  const [, fill = " ", align, sign, zero, width, comma, precision, kind] = found;
  const isNumber = floatOf(value) !== null && typeof value !== "boolean";
  if (spec === "") return text(value);
  if (!isNumber && typeof value !== "string") return unsupported(`the format ${whole}`);
  let written: string;
  if (kind === "s" || !isNumber) {
    if (isNumber || sign || comma || zero || (kind !== undefined && kind !== "s"))
      return unsupported(`the format ${whole}`);
    const all = characters(text(value));
    written = (precision === undefined ? all : all.slice(0, Number(precision))).join("");
  } else {
    const number = floatOf(value)!;
    if (kind === "f" || kind === "F") written = fixed(number, Number(precision ?? 6));
    else if (kind === "%") written = `${fixed(number * 100, Number(precision ?? 6))}%`;
    else if (typeof value === "bigint" && precision === undefined) written = String(value);
    else return unsupported(`the format ${whole}`);
    if (comma)
      written = written.replace(
        /^(-?)(\d+)/,
        (_, minus: string, digits: string) => minus + digits.replace(/\B(?=(?:\d{3})+$)/g, ","),
      );
    if (zero && comma) return unsupported(`the format ${whole}`);
    if ((sign === "+" || sign === " ") && !written.startsWith("-")) written = sign + written;
  }
  const missing = Math.max(0, Number(width ?? 0) - characters(written).length);
  const where = align ?? (zero ? "=" : isNumber ? ">" : "<");
  const filler = align === undefined && zero ? "0" : fill;
  if (where === "<") return written + filler.repeat(missing);
  if (where === "^") return filler.repeat(missing >> 1) + written + filler.repeat(missing - (missing >> 1));
  if (where === "=" && isNumber) return written.replace(/^[-+ ]?/, (first) => first + filler.repeat(missing));
  return filler.repeat(missing) + written;
}
