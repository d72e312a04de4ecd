/**
 * Runs a parsed template as Jinja does. The library's own interpreter has JavaScript's values in Python's place: it loses what
 * a round wrote before `break`, counts UTF-16 units, finds a macro's names where it is called, and much more.
 */
import { attribute, subscript } from "./attributes.ts";
import { applyFilter, FILTERS } from "./filters.ts";
import { GROUP } from "./lex.ts";
import { Loop } from "./loop.ts";
import { type CallBlock, type For, type Macro, type Node, readsName, type Set as SetNode } from "./nodes.ts";
import { binary, compare, slice, unary } from "./operators.ts";
import { BLOCK, NEGATED_TEST, TEST, TUPLE } from "./rewrite.ts";
import { runTest, TESTS } from "./tests.ts";
import {
  Callable,
  Dict,
  iterate,
  type Keywords,
  Namespace,
  TemplateError,
  text,
  truthy,
  Tuple,
  typeName,
  Undefined,
  unsupported,
  type Value,
} from "./values.ts";

/** Names that are assigned here and in what lies around. */
class Scope {
  readonly #names = new Map<string, Value>();
  readonly #parent: Scope | null;
  constructor(parent: Scope | null, names: Iterable<readonly [string, Value]> = []) {
    this.#parent = parent;
    for (const [name, value] of names) this.set(name, value);
  }
  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }
  get(name: string): Value | undefined {
    return this.#names.get(name) ?? (this.#names.has(name) ? null : this.#parent?.get(name));
  }
}

type Signal = "break" | "continue" | undefined;

const ADDITIVE = new Set(["+", "-", "~"]);
const COMPARISONS = new Set(["==", "!=", "<", ">", "<=", ">=", "in", "not in"]);
const CONSTANTS: Readonly<Record<string, Value>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

export function renderNodes(nodes: readonly Node[], names: Iterable<readonly [string, Value]>): string {
  return render(nodes, new Scope(new Scope(null, names)));
}

/** A block's text; a loop that is left inside one must be inside it as well. */
function render(nodes: readonly Node[], scope: Scope): string {
  const out: string[] = [];
  if (run(nodes, scope, out)) throw new TemplateError("`break` and `continue` are outside of a loop");
  return out.join("");
}

/** What is written before a `break` stays. */
function run(nodes: readonly Node[], scope: Scope, out: string[]): Signal {
  for (const node of nodes) {
    const signal = runOne(node, scope, out);
    if (signal) return signal;
  }
  return undefined;
}

function runOne(node: Node, scope: Scope, out: string[]): Signal {
  switch (node.type) {
    case "If":
      return run(truthy(evaluate(node.test, scope)) ? node.body : node.alternate, scope, out);
    case "For":
      runFor(node, scope, out);
      return undefined;
    case "Break":
      return "break";
    case "Continue":
      return "continue";
    case "Set":
      runSet(node, scope);
      return undefined;
    case "Macro":
      scope.set(node.name.value, macro(node, scope));
      return undefined;
    case "CallStatement":
      out.push(text(runCall(node, scope)));
      return undefined;
    default:
      out.push(text(evaluate(node, scope)));
      return undefined;
  }
}

function runFor(node: For, scope: Scope, out: string[]): void {
  const { iterable: source, body } = node;
  const select = source.type === "SelectExpression" ? source : null;
  const whole = evaluate(select ? select.lhs : source, scope);
  const items = select ? chosen(node.loopvar, select.test, whole, scope) : iterate(whole);
  const loop = new Loop(select ? null : whole, items);
  const readsLoop = readsName(body, "loop");
  let completed = false;
  for (let item = loop.next(); item !== undefined; item = loop.next()) {
    // What one round assigns is gone in the next.
    const round = new Scope(scope);
    assign(node.loopvar, item, round);
    if (readsLoop) round.set("loop", loop);
    const signal = run(body, round, out);
    if (signal === "break") break;
    // Jinja's rule: a round that was left by `continue` does not count for `else`.
    completed ||= signal === undefined;
  }
  if (!completed) {
    if (run(node.defaultBlock, new Scope(scope), out)) unsupported("`break` and `continue` in `else` of a loop");
  }
}

function* chosen(target: Node, test: Node, whole: Value, scope: Scope): Iterable<Value> {
  for (const item of iterate(whole)) {
    const inner = new Scope(scope);
    assign(target, item, inner);
    if (truthy(evaluate(test, inner))) yield item;
  }
}

function assign(target: Node, value: Value, scope: Scope): void {
  switch (target.type) {
    case "Identifier":
      if (target.value in CONSTANTS) throw new TemplateError(`cannot assign to '${target.value}'`);
      scope.set(target.value, value);
      return;
    case "TupleLiteral": {
      const items = [...iterate(value)];
      if (items.length !== target.value.length) {
        throw new TemplateError(`cannot unpack ${items.length} values into ${target.value.length} names`);
      }
      for (const [at, each] of target.value.entries()) assign(each, items[at]!, scope);
      return;
    }
    case "MemberExpression": {
      const object = evaluate(target.object, scope);
      if (!(object instanceof Namespace) || target.computed || target.property.type !== "Identifier") {
        throw new TemplateError("cannot assign attribute on non-namespace object");
      }
      setAttribute(object, target.property.value, value);
      return;
    }
    default:
      throw new TemplateError("cannot assign to an expression");
  }
}

function setAttribute(namespace: Namespace, name: string, value: Value): void {
  if (name.startsWith("_")) throw new TemplateError(`a namespace cannot hold '${name}'`);
  namespace.attributes.set(name, value);
}

function runSet({ assignee, value, body }: SetNode, scope: Scope): void {
  if (value) {
    assign(assignee, evaluate(value, scope), scope);
    return;
  }
  const filters: Node[] = [];
  let target = assignee;
  for (; target.type === "FilterExpression"; target = target.operand) filters.unshift(target.filter);
  const written: Value = render(body, new Scope(scope));
  assign(
    target,
    filters.reduce<Value>((made, filter) => filtered(filter, made, scope), written),
    scope,
  );
}

function macro({ name, args, body }: Pick<Macro, "name" | "args" | "body">, scope: Scope): Callable {
  const parameters = args.map((arg) => ({
    name: arg.type === "KeywordArgumentExpression" ? arg.key.value : (arg as { value: string }).value,
    otherwise: arg.type === "KeywordArgumentExpression" ? arg.value : null,
  }));
  const names = parameters.map((parameter) => parameter.name);
  const takes = (special: string): boolean => !names.includes(special) && readsName(body, special);
  const [takesCaller, takesKeywords, takesMore] = ["caller", "kwargs", "varargs"].map(takes);
  return new Callable(name.value, (given, keywords) => {
    const inner = new Scope(scope);
    const rest = new Map(keywords);
    const defaults: [string, Node][] = [];
    for (const [at, parameter] of parameters.entries()) {
      const value = at < given.length ? given[at] : rest.get(parameter.name);
      if (at >= given.length) rest.delete(parameter.name);
      if (value === undefined && parameter.otherwise) defaults.push([parameter.name, parameter.otherwise]);
      inner.set(
        parameter.name,
        value ?? (value === null ? null : new Undefined(`parameter '${parameter.name}' was not provided`)),
      );
    }
    if (takesCaller) {
      inner.set("caller", rest.get("caller") ?? new Undefined("No caller defined"));
      rest.delete("caller");
    }
    if (takesKeywords) inner.set("kwargs", new Dict(rest));
    else if (rest.size > 0)
      throw new TemplateError(`macro '${name.value}' takes no keyword argument '${[...rest.keys()][0]!}'`);
    if (takesMore) inner.set("varargs", new Tuple(given.slice(parameters.length)));
    else if (given.length > parameters.length) {
      throw new TemplateError(`macro '${name.value}' takes not more than ${parameters.length} argument(s)`);
    }
    for (const [parameter, otherwise] of defaults) inner.set(parameter, evaluate(otherwise, inner));
    return render(body, inner);
  });
}

function runCall({ call: { callee, args }, callerArgs, body }: CallBlock, scope: Scope): Value {
  const name = { type: "Identifier", value: "caller" } as const;
  const caller = macro({ name, args: callerArgs ?? [], body }, scope);
  const [positional, keywords] = evaluateArguments(args, scope);
  if (callee.type === "Identifier" && callee.value === BLOCK) return caller.call(positional, keywords);
  keywords.set("caller", caller);
  return call(evaluate(callee, scope), positional, keywords);
}

function call(callee: Value, args: readonly Value[], keywords: Keywords): Value {
  if (callee instanceof Undefined) callee.fail();
  if (!(callee instanceof Callable)) throw new TemplateError(`'${typeName(callee)}' object is not callable`);
  try {
    return callee.call(args, keywords);
  } catch (error) {
    if (!(error instanceof TemplateError) || !/^(takes|got|missing) /.test(error.message)) throw error;
    throw new TemplateError(`${callee.name}() ${error.message}`);
  }
}

function evaluateArguments(args: readonly Node[], scope: Scope): [Value[], Map<string, Value>] {
  const positional: Value[] = [];
  const keywords = new Map<string, Value>();
  const add = (name: string, value: Value): void => {
    if (keywords.has(name)) throw new TemplateError(`got multiple values for keyword argument '${name}'`);
    keywords.set(name, value);
  };
  for (const arg of args) {
    if (arg.type === "KeywordArgumentExpression") add(arg.key.value, evaluate(arg.value, scope));
    else if (arg.type === "SpreadExpression") positional.push(...iterate(evaluate(arg.argument, scope)));
    else if (arg.type === "KeywordSpreadExpression") {
      const value = evaluate(arg.argument, scope);
      if (!(value instanceof Dict)) throw new TemplateError("argument after ** must be a mapping");
      for (const [name, each] of value.entries()) add(text(name), each);
    } else positional.push(evaluate(arg, scope));
  }
  return [positional, keywords];
}

/** A filter by its name, or its name with arguments; a test comes as one (rewrite.ts). */
function filtered(filter: Node, value: Value, scope: Scope): Value {
  const [name, args] = filter.type === "CallExpression" ? [filter.callee, filter.args] : [filter, []];
  if (name.type !== "Identifier") return unsupported("a filter that is no name");
  const [positional, keywords] = evaluateArguments(args, scope);
  for (const [prefix, wanted] of [
    [NEGATED_TEST, false],
    [TEST, true],
  ] as const) {
    if (!name.value.startsWith(prefix)) continue;
    const test = name.value.slice(prefix.length);
    if (keywords.size > 0) return unsupported("a test with named arguments");
    if (test === "filter" || test === "test") return names(test, value) === wanted;
    return runTest(test, value, positional) === wanted;
  }
  return applyFilter(name.value, value, positional, keywords);
}

/** Whether there is a filter, or a test, of that name. */
function names(kind: "filter" | "test", value: Value): boolean {
  const all = new Dict(Object.keys(kind === "filter" ? FILTERS : TESTS).map((name) => [name, true]));
  return all.has(value) || (kind === "test" && (value === "filter" || value === "test"));
}

function evaluate(node: Node, scope: Scope): Value {
  switch (node.type) {
    case "Identifier":
      return node.value in CONSTANTS ? CONSTANTS[node.value]! : lookUp(node.value, scope);
    case "StringLiteral":
      return node.value;
    case "IntegerLiteral":
      return BigInt(node.value);
    case "FloatLiteral":
      return node.value;
    case "ArrayLiteral":
      return node.value.map((each) => evaluate(each, scope));
    case "TupleLiteral":
      return new Tuple(node.value.map((each) => evaluate(each, scope)));
    case "ObjectLiteral":
      return new Dict([...node.value].map(([key, value]) => [evaluate(key, scope), evaluate(value, scope)] as const));
    case "UnaryExpression": {
      const value = evaluate(node.argument, scope);
      return node.operator.value === "not" ? !truthy(value) : unary(node.operator.value, value);
    }
    case "BinaryExpression":
      return evaluateBinary(node, scope);
    case "Ternary":
      return evaluate(truthy(evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
    case "SelectExpression":
      if (truthy(evaluate(node.test, scope))) return evaluate(node.lhs, scope);
      return new Undefined("the inline if-expression evaluated to false and no else section was defined.");
    case "FilterExpression":
      return filtered(node.filter, evaluate(node.operand, scope), scope);
    case "MemberExpression": {
      const object = evaluate(node.object, scope);
      const { property } = node;
      if (property.type === "SliceExpression") {
        const bound = (each: Node | undefined): Value => (each ? evaluate(each, scope) : null);
        const cut = slice(object, [bound(property.start), bound(property.stop), bound(property.step)]);
        return cut === undefined ? new Undefined(`${typeName(object)} object has no such element`) : cut;
      }
      if (!node.computed && property.type === "Identifier") return attribute(object, property.value);
      return subscript(object, evaluate(property, scope));
    }
    case "CallExpression": {
      const { callee } = node;
      const [args, keywords] = evaluateArguments(node.args, scope);
      if (callee.type === "Identifier" && (callee.value === GROUP || callee.value === TUPLE)) {
        if (keywords.size > 0) throw new TemplateError("'=' is not expected in parentheses");
        return callee.value === TUPLE ? new Tuple(args) : args[0]!;
      }
      return call(evaluate(callee, scope), args, keywords);
    }
    default:
      return unsupported(`${node.type} inside an expression`);
  }
}

function evaluateBinary(node: Extract<Node, { type: "BinaryExpression" }>, scope: Scope): Value {
  const { operator, left, right } = node;
  if (operator.value === "and") {
    const value = evaluate(left, scope);
    return truthy(value) ? evaluate(right, scope) : value;
  }
  if (operator.value === "or") {
    const value = evaluate(left, scope);
    return truthy(value) ? value : evaluate(right, scope);
  }
  if (COMPARISONS.has(operator.value)) return chain(node, scope).holds;
  if (ADDITIVE.has(operator.value)) return sum(node, scope);
  return binary(operator.value, evaluate(left, scope), evaluate(right, scope));
}

/** `a + b ~ c` is a + (b ~ c): ~ binds closer than + and -, which the library's parser puts on one level. */
function sum(node: Node, scope: Scope): Value {
  const terms: { operator: string; parts: Value[] }[] = [];
  const add = (operator: string, part: Node): void => {
    if (part.type === "BinaryExpression" && ADDITIVE.has(part.operator.value)) {
      add(operator, part.left);
      add(part.operator.value, part.right);
      return;
    }
    const value = evaluate(part, scope);
    if (operator === "~") terms.at(-1)!.parts.push(value);
    else terms.push({ operator, parts: [value] });
  };
  add("+", node);
  const joined = ({ parts }: { parts: Value[] }): Value => (parts.length === 1 ? parts[0]! : parts.map(text).join(""));
  const [first, ...rest] = terms;
  return rest.reduce((left, term) => binary(term.operator, left, joined(term)), joined(first!));
}

/** `a < b < c`: each neighbours are compared, and nothing more is evaluated once a comparison fails. */
function chain(
  node: Extract<Node, { type: "BinaryExpression" }>,
  scope: Scope,
): { readonly holds: boolean; readonly last: Value } {
  const { operator, left, right } = node;
  let first: Value;
  if (left.type === "BinaryExpression" && COMPARISONS.has(left.operator.value)) {
    const { holds, last } = chain(left, scope);
    if (!holds) return { holds, last };
    first = last;
  } else first = evaluate(left, scope);
  const last = evaluate(right, scope);
  return { holds: compare(operator.value, first, last), last };
}

function lookUp(name: string, scope: Scope): Value {
  const value = scope.get(name);
  if (value === undefined && name === "self") return unsupported("self");
  return value === undefined ? new Undefined(`'${name}' is undefined`) : value;
}
