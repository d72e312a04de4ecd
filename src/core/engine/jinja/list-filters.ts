/** Filters of lists and of what else can be gone through. */
import { subscript } from "./attributes.ts";
import { bind } from "./bind.ts";
import { type Filter, plain } from "./filter.ts";
import { runTest } from "./tests.ts";
import {
  Dict,
  equal,
  iterate,
  less,
  Once,
  Range,
  sequence,
  TemplateError,
  text,
  truthy,
  Tuple,
  typeName,
  Undefined,
  unsupported,
  View,
  wholeNumber,
  type Value,
} from "./values.ts";

/** Looks up "a.b.0"; what is undefined on the way is `otherwise`. */
export function getter(path: Value, otherwise: Value | null = null): (item: Value) => Value {
  if (path === null) return (item) => item;
  const parts =
    typeof path === "string" ? path.split(".").map((part) => (/^\d+$/.test(part) ? BigInt(part) : part)) : [path];
  return (item) =>
    parts.reduce<Value>((value, part) => {
      const found = subscript(value, part);
      return found instanceof Undefined && otherwise !== null ? otherwise : found;
    }, item);
}

const ignoringCase =
  (sensitive: Value) =>
  (value: Value): Value =>
    !truthy(sensitive) && typeof value === "string" ? value.toLowerCase() : value;

function sorted(items: Iterable<Value>, key: (item: Value) => Value, reverse: Value): Value[] {
  const keyed = [...items].map((item) => ({ item, key: key(item) }));
  const sign = truthy(reverse) ? -1 : 1;
  keyed.sort((a, b) => (less(a.key, b.key) ? -sign : less(b.key, a.key) ? sign : 0));
  return keyed.map(({ item }) => item);
}

/** map, select and their kin look only when somebody goes through what they give. */
export function lazily(make: () => Iterable<Value>): Once {
  return new Once(
    (function* () {
      yield* make();
    })(),
  );
}

export const selecting =
  (wanted: boolean, ofAttribute: boolean): Filter =>
  (value, args, keywords) => {
    if (keywords.size > 0) return unsupported("a test with named arguments");
    const rest = [...args];
    if (ofAttribute && rest.length === 0) missing("attribute");
    const get = ofAttribute ? getter(rest.shift()!) : (item: Value) => item;
    const [name, ...testArgs] = rest;
    const holds = (item: Value): boolean =>
      name === undefined ? truthy(get(item)) : runTest(text(name), get(item), testArgs);
    return lazily(function* () {
      if (!truthy(value) && !(value instanceof Once)) return;
      for (const item of iterate(value)) if (holds(item) === wanted) yield item;
    });
  };

function missing(name: string): never {
  throw new TemplateError(`missing the argument '${name}'`);
}
export const first: Filter = plain((value) => {
  for (const item of iterate(value)) return item;
  return new Undefined("No first item, sequence was empty.");
});

/** What Python's reversed() takes. */
export function turned(value: Value): Value[] {
  const isOrdered =
    typeof value === "string" || sequence(value) !== null || value instanceof Dict || value instanceof View;
  if (!isOrdered && !(value instanceof Range) && !(value instanceof Undefined)) {
    throw new TemplateError(`'${typeName(value)}' object is not reversible`);
  }
  return [...iterate(value)].reverse();
}

export const extreme =
  (largest: boolean): Filter =>
  (value, args, keywords) => {
    const [sensitive, path] = bind(args, keywords, [
      ["case_sensitive", false],
      ["attribute", null],
    ]);
    const key = (item: Value): Value => ignoringCase(sensitive!)(getter(path!)(item));
    let found: Value | undefined;
    for (const item of iterate(value)) {
      const better = found === undefined || (largest ? less(key(found), key(item)) : less(key(item), key(found)));
      if (better) found = item;
    }
    return found === undefined ? new Undefined("No aggregated item, sequence was empty.") : found;
  };
export const dictsort: Filter = (value, args, keywords) => {
  const [sensitive, by, reverse] = bind(args, keywords, [
    ["case_sensitive", false],
    ["by", "key"],
    ["reverse", false],
  ]);
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw new TemplateError(`'${typeName(value)}' object has no attribute 'items'`);
  if (by !== "key" && by !== "value") throw new TemplateError('You can only sort by either "key" or "value"');
  const entries = value.entries().map((entry) => new Tuple(entry));
  return sorted(entries, (entry) => ignoringCase(sensitive!)((entry as Tuple).items[by === "key" ? 0 : 1]!), reverse!);
};

export const sort: Filter = (value, args, keywords) => {
  const [reverse, sensitive, path] = bind(args, keywords, [
    ["reverse", false],
    ["case_sensitive", false],
    ["attribute", null],
  ]);
  const gets = typeof path === "string" ? path.split(",").map((each) => getter(each)) : [getter(path!)];
  return sorted(iterate(value), (item) => gets.map((get) => ignoringCase(sensitive!)(get(item))), reverse!);
};

export const unique: Filter = (value, args, keywords) => {
  const [sensitive, path] = bind(args, keywords, [
    ["case_sensitive", false],
    ["attribute", null],
  ]);
  return lazily(function* () {
    const seen = new Dict();
    for (const item of iterate(value)) {
      const key = ignoringCase(sensitive!)(getter(path!)(item));
      if (seen.has(key)) continue;
      seen.set(key, true);
      yield item;
    }
  });
};

export const groupby: Filter = (value, args, keywords) => {
  const [path, otherwise, sensitive] = bind(args, keywords, [
    ["attribute"],
    ["default", null],
    ["case_sensitive", false],
  ]);
  const get = getter(path!, otherwise);
  const key = (item: Value): Value => ignoringCase(sensitive!)(get(item));
  const groups: { readonly key: Value; readonly items: Value[] }[] = [];
  for (const item of sorted(iterate(value), key, false)) {
    const last = groups.at(-1);
    if (last && equal(last.key, key(item))) last.items.push(item);
    else groups.push({ key: key(item), items: [item] });
  }
  // A group is called what its first item says, as it is written there.
  return groups.map(({ items }) => new Tuple([get(items[0]!), items], ["grouper", "list"]));
};

export const batch: Filter = (value, args, keywords) => {
  const [count, fill] = bind(args, keywords, [["linecount"], ["fill_with", null]]);
  const size = wholeNumber(count!, "linecount");
  return lazily(function* () {
    let row: Value[] = [];
    for (const item of iterate(value)) {
      if (row.length === size) {
        yield row;
        row = [];
      }
      row.push(item);
    }
    if (row.length === 0) return;
    yield fill === null ? row : [...row, ...Array<Value>(Math.max(0, size - row.length)).fill(fill!)];
  });
};

export const sliced: Filter = (value, args, keywords) => {
  const [count, fill] = bind(args, keywords, [["slices"], ["fill_with", null]]);
  const columns = wholeNumber(count!, "slices");
  return lazily(function* () {
    const all = [...iterate(value)];
    const each = Math.floor(all.length / columns);
    const longer = all.length % columns;
    for (let column = 0, at = 0; column < columns; column++) {
      const size = each + (column < longer ? 1 : 0);
      const row = all.slice(at, at + size);
      at += size;
      yield fill !== null && column >= longer ? [...row, fill!] : row;
    }
  });
};
