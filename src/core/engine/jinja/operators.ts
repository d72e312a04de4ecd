/** Python's operators, indexing and slices. */
import {
  characters,
  contains,
  Dict,
  equal,
  floatOf,
  integerOf,
  isList,
  less,
  Markup,
  Range,
  sequence,
  TemplateError,
  text,
  Tuple,
  typeName,
  Undefined,
  unsupported,
  type Value,
  wholeNumber,
} from "./values.ts";
import { formatPercent } from "./format.ts";

export function compare(operator: string, a: Value, b: Value): boolean {
  switch (operator) {
    case "==":
      return equal(a, b);
    case "!=":
      return !equal(a, b);
    case "<":
      return less(a, b, operator);
    case ">":
      return less(b, a, operator);
    case "<=":
      return less(a, b, operator) || equal(a, b);
    case ">=":
      return less(b, a, operator) || equal(a, b);
    case "in":
      return contains(b, a);
    default:
      return !contains(b, a);
  }
}

export function binary(operator: string, a: Value, b: Value): Value {
  if (operator === "~") return text(a) + text(b);
  if (a instanceof Undefined) a.fail();
  // Before anything else: Python asks the left side first, and text takes anything on its right for %.
  if (operator === "%" && typeof a === "string") return formatPercent(a, b);
  if (b instanceof Undefined) b.fail();
  const [x, y] = [integerOf(a), integerOf(b)];
  if (x !== null && y !== null) return integers(operator, x, y);
  const [p, q] = [floatOf(a), floatOf(b)];
  if (p !== null && q !== null) return floats(operator, p, q);
  if (operator === "+") {
    if (typeof a === "string" && typeof b === "string") return a + b;
    if (a instanceof Markup || b instanceof Markup) return new Markup(escaped(a) + escaped(b));
    if (isList(a) && isList(b)) return [...a, ...b];
    if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items]);
  }
  if (operator === "*") {
    if (x !== null) return repeated(b, Number(x));
    if (y !== null) return repeated(a, Number(y));
  }
  if (a instanceof Markup || b instanceof Markup) return unsupported(`${operator} of escaped text`);
  throw new TemplateError(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
}

const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };

export function escaped(value: Value): string {
  if (value instanceof Markup) return value.text;
  return text(value).replace(/[&<>'"]/g, (character) => HTML[character]!);
}

function integers(operator: string, a: bigint, b: bigint): Value {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "**":
      if (b < 0n) return floats(operator, Number(a), Number(b));
      if (b > 100_000n) return unsupported("a power so large");
      return a ** b;
    case "/":
      return floats(operator, Number(a), Number(b));
    default: {
      if (b === 0n) throw new TemplateError("integer division or modulo by zero");
      const rest = ((a % b) + b) % b;
      return operator === "%" ? rest : (a - rest) / b;
    }
  }
}

function floats(operator: string, a: number, b: number): number {
  if (b === 0 && "//%".includes(operator)) throw new TemplateError("float division by zero");
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "**":
      if (a === 0 && b < 0) throw new TemplateError("0.0 cannot be raised to a negative power");
      if (a < 0 && !Number.isInteger(b)) return unsupported("a complex number");
      return a ** b;
    case "%":
      return modulo(a, b);
    default:
      return Math.floor((a - modulo(a, b)) / b + 0.5);
  }
}

/** With the sign of the divisor. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  if (rest !== 0) return rest < 0 !== b < 0 ? rest + b : rest;
  return b < 0 ? -0 : 0;
}

function repeated(value: Value, times: number): Value {
  const count = Math.max(0, times);
  if (typeof value === "string") return value.repeat(count);
  const items = sequence(value);
  if (items === null) throw new TemplateError(`can't multiply sequence by non-int of type '${typeName(value)}'`);
  const all = Array.from({ length: count }, () => items).flat();
  return value instanceof Tuple ? new Tuple(all) : all;
}

export function unary(operator: string, value: Value): Value {
  if (value instanceof Undefined) value.fail();
  const integer = integerOf(value);
  if (integer !== null) return operator === "-" ? -integer : integer;
  if (typeof value === "number") return operator === "-" ? -value : value;
  throw new TemplateError(`bad operand type for unary ${operator}: '${typeName(value)}'`);
}

/** `container[key]`; undefined where there is nothing of that key. */
export function item(container: Value, key: Value): Value | undefined {
  if (container instanceof Undefined) container.fail();
  if (container instanceof Dict) return container.get(key);
  const integer = integerOf(key);
  if (integer === null) return undefined;
  const at = (length: number): number => (integer < 0n ? length + Number(integer) : Number(integer));
  if (container instanceof Range) {
    const index = at(container.length);
    return index >= 0 && index < container.length ? container.at(index) : undefined;
  }
  const items = itemsOf(container);
  return items?.[at(items.length)];
}

function itemsOf(value: Value): readonly Value[] | null {
  if (typeof value === "string") return characters(value);
  return value instanceof Markup ? characters(value.text) : sequence(value);
}

/** `container[a:b:c]`; undefined of what cannot be cut. */
export function slice(container: Value, bounds: readonly [Value, Value, Value]): Value | undefined {
  if (container instanceof Undefined) container.fail();
  for (const bound of bounds) if (bound instanceof Undefined) bound.fail();
  const items = itemsOf(container);
  if (items === null) return container instanceof Range ? unsupported("a slice of range") : undefined;
  if (bounds.some((bound) => bound !== null && integerOf(bound) === null)) return undefined;
  const cut = indices(items.length, bounds).map((index) => items[index]!);
  if (typeof container === "string") return cut.map(text).join("");
  if (container instanceof Markup) return new Markup(cut.map(text).join(""));
  return container instanceof Tuple ? new Tuple(cut) : cut;
}

function indices(length: number, [from, to, by]: readonly [Value, Value, Value]): number[] {
  const step = by === null ? 1 : wholeNumber(by, "slice indices");
  if (step === 0) throw new TemplateError("slice step cannot be zero");
  const clamp = (value: Value, otherwise: number): number => {
    if (value === null) return otherwise;
    const index = wholeNumber(value, "slice indices");
    const fromStart = index < 0 ? index + length : index;
    return step > 0 ? Math.min(Math.max(fromStart, 0), length) : Math.min(Math.max(fromStart, -1), length - 1);
  };
  const start = clamp(from, step > 0 ? 0 : length - 1);
  const stop = clamp(to, step > 0 ? length : -1);
  const found: number[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) found.push(at);
  return found;
}
