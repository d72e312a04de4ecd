/**
 * Python's values as chat templates see them. int is bigint and float is number, so that 1 and 1.0 stay apart; str, bool
 * and None are string, boolean and null; a list is an array, which no template can change.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | Tuple
  | Dict
  | View
  | Range
  | Once
  | Undefined
  | Namespace
  | Callable
  | Attributes
  | Markup;

/** What a template cannot do; the message is for whoever reads the template. */
export class TemplateError extends Error {}

/** What this engine does not know, though Jinja may: said, never guessed. */
export function unsupported(what: string): never {
  throw new TemplateError(`${what} is not supported`);
}

export class Tuple {
  readonly items: readonly Value[];
  /** Of a named tuple. */
  readonly names: readonly string[];
  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

/** In order of insertion, keys equal as Python has them: 1, 1.0 and True are one. */
export class Dict {
  readonly #entries = new Map<string, readonly [Value, Value]>();
  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }
  get size(): number {
    return this.#entries.size;
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(hash(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(hash(key));
  }
  set(key: Value, value: Value): void {
    const known = hash(key);
    this.#entries.set(known, [this.#entries.get(known)?.[0] ?? key, value]);
  }
  entries(): (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }
  keys(): Value[] {
    return this.entries().map(([key]) => key);
  }
  values(): Value[] {
    return this.entries().map(([, value]) => value);
  }
}

/** dict.keys(), values() and items(). */
export class View {
  readonly kind: string;
  readonly items: readonly Value[];
  constructor(kind: string, items: readonly Value[]) {
    this.kind = kind;
    this.items = items;
  }
}

export class Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
  get length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
  at(index: number): bigint {
    return BigInt(this.start + index * this.step);
  }
}

/** What many filters give: it has no length, is always true, and is empty once somebody went through it. */
export class Once {
  readonly iterator: Iterator<Value>;
  constructor(items: Iterable<Value>) {
    this.iterator = items[Symbol.iterator]();
  }
}

export class Undefined {
  /** Why it is undefined, as the error says that its use gives. */
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
  fail(): never {
    throw new TemplateError(this.reason);
  }
}

export class Namespace {
  readonly attributes = new Map<string, Value>();
}

export type Keywords = ReadonlyMap<string, Value>;

export class Callable {
  readonly name: string;
  readonly call: (args: readonly Value[], keywords: Keywords) => Value;
  constructor(name: string, call: (args: readonly Value[], keywords: Keywords) => Value) {
    this.name = name;
    this.call = call;
  }
}

/** An object with attributes of its own: `loop`. */
export abstract class Attributes {
  abstract attribute(name: string): Value | undefined;
}

/** Text that counts as escaped: joined to other text with +, it escapes that. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Of a list or a tuple; null of anything else. */
export function sequence(value: Value): readonly Value[] | null {
  if (isList(value)) return value;
  return value instanceof Tuple ? value.items : null;
}

export function typeName(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (typeof value === "string") return "str";
  if (isList(value)) return "list";
  if (value instanceof View) return value.kind;
  if (value instanceof Once) return "generator";
  if (value instanceof Callable) return "function";
  return value.constructor.name.toLowerCase();
}

/** A key's identity. */
function hash(key: Value): string {
  if (typeof key === "string") return `s${key}`;
  if (key instanceof Markup) return `s${key.text}`;
  if (key === null) return "n";
  if (key instanceof Undefined) return "u";
  const number = integerOf(key);
  if (number !== null) return `i${number}`;
  if (typeof key === "number") return Number.isInteger(key) ? `i${BigInt(key)}` : `f${key}`;
  if (key instanceof Tuple) return `t(${key.items.map((item) => JSON.stringify(hash(item))).join()})`;
  if (key instanceof Range) return unsupported("range as a key");
  const isByItself = [Once, Namespace, Callable, Attributes].some((type) => key instanceof type);
  if (isByItself) return `o${identity(key as object)}`;
  throw new TemplateError(`unhashable type: '${typeName(key)}'`);
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identity(object: object): number {
  const known = identities.get(object) ?? ++lastIdentity;
  identities.set(object, known);
  return known;
}

/** An int or a bool as an int; null of anything else. */
export function integerOf(value: Value): bigint | null {
  if (typeof value === "bigint") return value;
  return typeof value === "boolean" ? BigInt(value) : null;
}

/** As a float; null of what is no number. */
export function floatOf(value: Value): number | null {
  if (typeof value === "number") return value;
  const integer = integerOf(value);
  return integer === null ? null : Number(integer);
}

/** An argument that counts. */
export function wholeNumber(value: Value, what: string): number {
  const integer = integerOf(value);
  if (integer === null) throw new TemplateError(`${what} must be an integer, not ${typeName(value)}`);
  return Number(integer);
}

/** Code points, which Python counts: JavaScript's own length counts UTF-16 units. */
export function characters(text: string): string[] {
  return Array.from(text);
}

export function truthy(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (typeof value !== "object") return Boolean(value);
  if (value instanceof Markup) return value.text !== "";
  return value instanceof Namespace || lengthOf(value) !== 0;
}

/** Null of what has none. */
export function lengthOf(value: Value): number | null {
  if (typeof value === "string") return characters(value).length;
  if (value instanceof Markup) return characters(value.text).length;
  if (isList(value) || value instanceof Range) return value.length;
  if (value instanceof Tuple || value instanceof View) return value.items.length;
  if (value instanceof Dict) return value.size;
  return value instanceof Undefined ? 0 : null;
}

/** Null of what cannot be gone through. */
export function iterable(value: Value): Iterable<Value> | null {
  if (typeof value === "string") return characters(value);
  if (value instanceof Markup) return characters(value.text);
  if (isList(value)) return value;
  if (value instanceof Tuple || value instanceof View) return value.items;
  if (value instanceof Dict) return value.keys();
  if (value instanceof Range) return Array.from({ length: value.length }, (_, index) => value.at(index));
  // Not the iterator itself: JavaScript closes it when a loop is left, Python goes on with it.
  if (value instanceof Once) return { [Symbol.iterator]: () => ({ next: () => value.iterator.next() }) };
  return value instanceof Undefined ? [] : null;
}

export function iterate(value: Value): Iterable<Value> {
  const items = iterable(value);
  if (items === null) throw new TemplateError(`'${typeName(value)}' object is not iterable`);
  return items;
}

export function equal(a: Value, b: Value): boolean {
  if (a instanceof Markup) return equal(a.text, b);
  if (b instanceof Markup) return equal(a, b.text);
  const [x, y] = [numberOf(a), numberOf(b)];
  // Loosely, since an int and a float of the same value are equal.
  if (x !== null || y !== null) return x !== null && y !== null && x == y;
  if (isList(a) && isList(b)) return equalItems(a, b);
  if (a instanceof Tuple && b instanceof Tuple) return equalItems(a.items, b.items);
  if (a instanceof Dict && b instanceof Dict) {
    return a.size === b.size && a.entries().every(([key, value]) => b.has(key) && equal(value, b.get(key)!));
  }
  if (a instanceof Undefined && b instanceof Undefined) return true;
  if (a instanceof Range && b instanceof Range) return equalItems([...iterate(a)], [...iterate(b)]);
  if (a instanceof View && b instanceof View) return unsupported(`comparing ${a.kind}`);
  return a === b;
}

function equalItems(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index]!));
}

function numberOf(value: Value): number | bigint | null {
  return typeof value === "number" ? value : integerOf(value);
}

/** Whether a stands before b. */
export function less(a: Value, b: Value, operator = "<"): boolean {
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x < y;
  const [s, t] = [a instanceof Markup ? a.text : a, b instanceof Markup ? b.text : b];
  if (typeof s === "string" && typeof t === "string") return compareText(s, t) < 0;
  const same = (isList(a) && isList(b)) || (a instanceof Tuple && b instanceof Tuple);
  if (same) {
    const [left, right] = [sequence(a)!, sequence(b)!];
    const at = left.findIndex((item, index) => index >= right.length || !equal(item, right[index]!));
    if (at < 0) return left.length < right.length;
    return at < right.length && less(left[at]!, right[at]!, operator);
  }
  throw new TemplateError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

/** By code points. UTF-16 would put those beyond U+FFFF before U+E000. */
function compareText(a: string, b: string): number {
  const [left, right] = [characters(a), characters(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)! : 1;
}

export function contains(container: Value, item: Value): boolean {
  if (typeof container === "string" || container instanceof Markup) {
    if (typeof item !== "string" && !(item instanceof Markup)) {
      throw new TemplateError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    }
    return text(container).includes(text(item));
  }
  if (container instanceof Dict) return container.has(item);
  for (const each of iterate(container)) if (each === item || equal(each, item)) return true;
  return false;
}

/** str(): how a value is written into the prompt. */
export function text(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) return "";
  return repr(value);
}

/** repr(): how a value is written inside a list. */
export function repr(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatText(value);
  if (typeof value === "string") return quoted(value);
  if (isList(value)) return `[${value.map(repr).join(", ")}]`;
  if (value instanceof Tuple) {
    const items = value.items.map(repr);
    return `(${items.join(", ")}${items.length === 1 ? "," : ""})`;
  }
  if (value instanceof Dict) {
    return `{${value
      .entries()
      .map(([key, item]) => `${repr(key)}: ${repr(item)}`)
      .join(", ")}}`;
  }
  if (value instanceof View) return `${value.kind}([${value.items.map(repr).join(", ")}])`;
  if (value instanceof Range) {
    const step = value.step === 1 ? "" : `, ${value.step}`;
    return `range(${value.start}, ${value.stop}${step})`;
  }
  if (value instanceof Undefined) return "Undefined";
  return unsupported(`writing a ${typeName(value)} as text`);
}

/** The shortest digits that give the number again, as in JavaScript; the exponent is written from 1e16 and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (power >= 0) return Number.isInteger(value) ? `${BigInt(value)}.0` : String(value);
  const digits = mantissa.replace(/[-.]/g, "");
  return `${value < 0 ? "-" : ""}0.${"0".repeat(-power - 1)}${digits}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const inner = value.replace(/[\\\n\r\t'"]|(?! )[\p{C}\p{Z}]/gu, (character) => {
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
    const known = ESCAPES[character];
    if (known !== undefined) return known;
    const code = character.codePointAt(0)!;
    const hex = code.toString(16);
    if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  });
  return quote + inner + quote;
}
