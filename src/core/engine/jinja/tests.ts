/** `x is ...`, and the tests of select and its kin. */
import { compare } from "./operators.ts";
import { isLower, isUpper } from "./text-methods.ts";
import {
  Attributes,
  Callable,
  contains,
  Dict,
  floatOf,
  integerOf,
  iterable,
  Markup,
  Range,
  sequence,
  TemplateError,
  text,
  Undefined,
  unsupported,
  type Value,
} from "./values.ts";
import { binary } from "./operators.ts";

type Test = (value: Value, ...args: Value[]) => boolean;

const comparing =
  (operator: string): Test =>
  (value, other) =>
    compare(operator, value, given(other));

function given(value: Value | undefined): Value {
  if (value === undefined) throw new TemplateError("a test misses its argument");
  return value;
}

const isText = (value: Value): boolean => typeof value === "string" || value instanceof Markup;

export const TESTS: Readonly<Record<string, Test>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => typeof value === "bigint",
  float: (value) => typeof value === "number",
  number: (value) => floatOf(value) !== null,
  string: isText,
  mapping: (value) => value instanceof Dict,
  iterable: (value) => iterable(value) !== null,
  sequence: (value) =>
    isText(value) || sequence(value) !== null || [Dict, Range, Undefined].some((type) => value instanceof type),
  callable: (value) => value instanceof Callable || value instanceof Undefined || value instanceof Attributes,
  escaped: (value) => value instanceof Markup,
  sameas: (value, other) => identical(value, given(other)),
  lower: (value) => isLower(text(value)),
  upper: (value) => isUpper(text(value)),
  odd: (value) => compare("==", binary("%", value, 2n), 1n),
  even: (value) => compare("==", binary("%", value, 2n), 0n),
  divisibleby: (value, by) => compare("==", binary("%", value, given(by)), 0n),
  in: (value, container) => contains(given(container), value),
  eq: comparing("=="),
  equalto: comparing("=="),
  "==": comparing("=="),
  ne: comparing("!="),
  "!=": comparing("!="),
  lt: comparing("<"),
  lessthan: comparing("<"),
  "<": comparing("<"),
  le: comparing("<="),
  "<=": comparing("<="),
  gt: comparing(">"),
  greaterthan: comparing(">"),
  ">": comparing(">"),
  ge: comparing(">="),
  ">=": comparing(">="),
};

/** Python's `is`: the same object. Of texts and numbers it depends on how Python keeps them. */
function identical(a: Value, b: Value): boolean {
  const byValue = (value: Value): boolean => isText(value) || (floatOf(value) !== null && typeof value !== "boolean");
  if (byValue(a) && byValue(b) && (typeof a !== "bigint" || integerOf(b) === null)) {
    return unsupported("sameas between texts or floats");
  }
  return a === b;
}

export function runTest(name: string, value: Value, args: readonly Value[]): boolean {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (!test) throw new TemplateError(`No test named '${name}'`);
  if (args.length > test.length - 1) throw new TemplateError(`the test '${name}' takes no further argument`);
  return test(value, ...args);
}
