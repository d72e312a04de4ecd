/**
 * Matrix products in the bodies of model-local functions. They stay as they are: a body cannot see the graph's
 * initializers, and one body serves every call, each with weights of its own as arguments.
 */
import type { FunctionProto, GraphProto, ModelProto, NodeProto } from "#core/onnx/proto/onnx.ts";
import { allGraphs, subgraphs } from "#core/onnx/walk.ts";
import { plural } from "#shared/format-numbers.ts";
import { Scope } from "./constants.ts";
import type { SkippedMatMul } from "./matmul-targets.ts";

const PRODUCTS = new Set(["MatMul", "Gemm"]);
/** Operators that pass a weight on. */
const PASSING = new Set(["Identity", "Cast", "Transpose"]);

/** Every MatMul and Gemm in a function whose weight is fixed in the file: in the body, or handed over by a call. */
export function functionMatMuls(proto: ModelProto): SkippedMatMul[] {
  if (proto.functions.length === 0) return [];
  const calls = findCalls(proto);
  return proto.functions.flatMap((body) => {
    const reason = `it is in the body of the function "${body.name}"`;
    return productsOf(body).flatMap(({ node, scope }) => {
      const operand = node.input[1] ?? "";
      const inside = scope.constant(operand);
      const weights = inside ? [inside.name] : passedWeights(body, calls.get(keyOf(body)) ?? [], operand);
      return weights.map((weight) => ({ node: `${body.name}/${node.name}`, weight, reason }));
    });
  });
}

/** One sentence for people; null where there are none. */
export function functionWarning(skipped: readonly SkippedMatMul[]): string | null {
  if (skipped.length === 0) return null;
  const names = [...new Set(skipped.map(({ node }) => node.slice(0, node.indexOf("/"))))];
  return `${plural(skipped.length, "weight")} in model-local functions (${names.join(", ")}) stay as they are; export the model without functions to quantize them`;
}

interface Product {
  readonly node: NodeProto;
  readonly scope: Scope;
}

function productsOf(body: FunctionProto): Product[] {
  const found: Product[] = [];
  const visit = (part: Pick<GraphProto, "node" | "initializer">, outer: Scope | null): void => {
    const scope = new Scope(part, outer);
    for (const node of part.node) {
      for (const inner of subgraphs(node)) visit(inner, scope);
      if (PRODUCTS.has(node.opType) && isStandard(node)) found.push({ node, scope });
    }
  };
  visit({ node: body.node, initializer: [] }, null);
  return found;
}

function isStandard({ domain }: NodeProto): boolean {
  return domain === "" || domain === "ai.onnx";
}

interface Call {
  readonly node: NodeProto;
  readonly scope: Scope;
}

/** The nodes of the graph and the graphs inside it that call a function. */
function findCalls({ graph, functions }: ModelProto): Map<string, Call[]> {
  const calls = new Map<string, Call[]>(functions.map((body) => [keyOf(body), []]));
  if (!graph) return calls;
  const main = new Scope(graph, null);
  for (const part of allGraphs(graph)) {
    const scope = part === graph ? main : new Scope(part, main);
    for (const node of part.node) calls.get(`${node.domain} ${node.opType}`)?.push({ node, scope });
  }
  return calls;
}

function keyOf({ domain, name }: FunctionProto): string {
  return `${domain} ${name}`;
}

/** Names of the stored tensors that calls hand over for what the body knows as `operand`. */
function passedWeights(body: FunctionProto, calls: readonly Call[], operand: string): string[] {
  const producers = new Map(body.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  let at = operand;
  for (let steps = 0; steps < producers.size; steps++) {
    const producer = producers.get(at);
    if (!producer || !PASSING.has(producer.opType)) break;
    at = producer.input[0] ?? "";
  }
  const place = body.input.indexOf(at);
  if (place < 0) return [];
  const names = calls.flatMap(({ node, scope }) => scope.constant(node.input[place] ?? "")?.name ?? []);
  return [...new Set(names)];
}
