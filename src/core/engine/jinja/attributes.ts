/** What `object.name` and `object[key]` are. */
import { bind } from "./bind.ts";
import { item } from "./operators.ts";
import { textMethod } from "./text-methods.ts";
import {
  Attributes,
  Callable,
  Dict,
  equal,
  isList,
  Markup,
  Namespace,
  Range,
  repr,
  sequence,
  TemplateError,
  text,
  Tuple,
  typeName,
  Undefined,
  unsupported,
  type Value,
  View,
} from "./values.ts";

/** Methods that change a list or a dict: templates may look, and not call them. */
const CHANGING: Readonly<Record<string, readonly string[]>> = {
  list: ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"],
  dict: ["clear", "pop", "popitem", "setdefault", "update"],
};
/** Attributes of Python's types that templates have no use for. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  int: [
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "denominator",
    "from_bytes",
    "imag",
    "is_integer",
    "numerator",
    "real",
    "to_bytes",
  ],
  float: ["as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "is_integer", "real"],
  range: ["count", "index", "start", "step", "stop"],
  dict: ["fromkeys"],
  generator: ["close", "gi_code", "gi_frame", "gi_running", "gi_suspended", "gi_yieldfrom", "send", "throw"],
  function: ["arguments", "caller", "catch_kwargs", "catch_varargs", "name"],
};

/** Python's `getattr`. */
export function ownAttribute(object: Value, name: string): Value | undefined {
  if (object instanceof Undefined) object.fail();
  if (name.startsWith("_")) return unsupported(`the attribute ${name}`);
  if (object instanceof Namespace) return object.attributes.get(name);
  if (object instanceof Attributes) return object.attribute(name);
  if (object instanceof Markup) return unsupported(`${name} of escaped text`);
  if (typeof object === "string") return textMethod(object, name);
  const type = typeof object === "boolean" ? "int" : typeName(object);
  if (CHANGING[type]?.includes(name))
    return new Undefined(`access to attribute '${name}' of '${type}' object is unsafe.`);
  if (object instanceof Dict) {
    const method = dictMethod(object, name);
    if (method) return method;
  }
  if (object instanceof Tuple && object.names.includes(name)) return object.items[object.names.indexOf(name)];
  const items = sequence(object);
  if (items) return listMethod(items, isList(object), name);
  if (OTHERS[type]?.includes(name)) return unsupported(`${type}.${name}`);
  return object instanceof View && name === "mapping" ? unsupported(`${type}.${name}`) : undefined;
}

function dictMethod(dict: Dict, name: string): Callable | undefined {
  const plain = (make: () => Value): Callable =>
    new Callable(name, (args, keywords) => {
      bind(args, keywords, []);
      return make();
    });
  switch (name) {
    case "items":
      return plain(
        () =>
          new View(
            "dict_items",
            dict.entries().map((entry) => new Tuple(entry)),
          ),
      );
    case "keys":
      return plain(() => new View("dict_keys", dict.keys()));
    case "values":
      return plain(() => new View("dict_values", dict.values()));
    case "copy":
      return plain(() => new Dict(dict.entries()));
    case "get":
      return new Callable(name, (args, keywords) => {
        if (keywords.size > 0) throw new TemplateError("get() takes no keyword arguments");
        const [key, otherwise] = bind(args, keywords, [["key"], ["default", null]]);
        return dict.has(key!) ? dict.get(key!)! : otherwise!;
      });
    default:
      return undefined;
  }
}

function listMethod(items: readonly Value[], isList: boolean, name: string): Callable | undefined {
  switch (name) {
    case "count":
      return new Callable(name, ([wanted = null]) => BigInt(items.filter((each) => equal(each, wanted)).length));
    case "index":
      return new Callable(name, ([wanted = null, ...range]) => {
        if (range.length > 0) return unsupported("index() with a place");
        const at = items.findIndex((each) => equal(each, wanted));
        if (at < 0) throw new TemplateError(`${repr(wanted)} is not in list`);
        return BigInt(at);
      });
    case "copy":
      return isList ? new Callable(name, () => [...items]) : undefined;
    default:
      return undefined;
  }
}

/** `object.name`: the attribute, else the item. */
export function attribute(object: Value, name: string): Value {
  const own = ownAttribute(object, name);
  const found = own === undefined && hasItems(object) ? item(object, name) : own;
  return found === undefined ? missing(object, name) : found;
}

/** `object[key]`: the item, else the attribute. */
export function subscript(object: Value, key: Value): Value {
  if (object instanceof Undefined) object.fail();
  const inside = object instanceof Namespace || object instanceof Attributes ? undefined : item(object, key);
  const hasName = typeof key === "string" && !key.startsWith("_");
  const found = inside === undefined && hasName ? ownAttribute(object, key) : inside;
  return found === undefined ? missing(object, key) : found;
}

function hasItems(object: Value): boolean {
  return object instanceof Dict || typeof object === "string" || sequence(object) !== null || object instanceof Range;
}

function missing(object: Value, key: Value): Undefined {
  const what = `${typeName(object)} object`;
  return new Undefined(
    typeof key === "string" ? `'${what}' has no attribute '${key}'` : `${what} has no element ${text(key)}`,
  );
}
