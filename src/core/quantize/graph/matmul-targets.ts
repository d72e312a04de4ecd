import { BFLOAT16, dataType, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { GraphProto, NodeProto, ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import { subgraphs } from "#core/onnx/walk.ts";
import { type Constant, Scope } from "./constants.ts";
import { classifyGather, type GatherTarget } from "./gather-targets.ts";
import type { FloatType } from "../weights/weight-matrix.ts";
import { NamePatterns } from "./name-patterns.ts";

/** A MatMul whose second operand is a constant matrix [K, N]. */
export interface MatMulTarget {
  readonly node: NodeProto;
  readonly weight: Constant;
  readonly K: number;
  readonly N: number;
  /** Element type in which the node computes. */
  readonly dataType: FloatType;
}

/** A MatMul with constant weights that stays as it is. */
export interface SkippedMatMul {
  readonly node: string;
  readonly weight: string;
  readonly reason: string;
}

interface MatMulTargets {
  readonly targets: readonly MatMulTarget[];
  /** Embedding tables, when they were asked for. */
  readonly gathers: readonly GatherTarget[];
  readonly skipped: readonly SkippedMatMul[];
}

interface TargetOptions {
  /** false: a weight that is the transpose of a stored tensor (a head tied to the embedding) is skipped. */
  readonly tiedHead?: boolean | undefined;
  /** true: also find embedding tables. */
  readonly embeddings?: boolean | undefined;
}

/**
 * Finds the MatMuls that a weight-only format can replace, in the order of the graph, branches and loop bodies included.
 * Gemm is left alone; split-gemm.ts takes it apart first. Bodies of model-local functions are not looked into (function-weights.ts says which).
 * @param exclude name patterns (name-patterns.ts) on nodes and weights
 * @throws LabError SPEC_INVALID for a pattern that matches nothing
 */
export function findMatMulTargets(
  graph: GraphProto,
  exclude: readonly string[] | NamePatterns = [],
  { tiedHead = true, embeddings = false }: TargetOptions = {},
): MatMulTargets {
  const patterns = exclude instanceof NamePatterns ? exclude : new NamePatterns(exclude);
  const targets: MatMulTarget[] = [];
  const gathers: GatherTarget[] = [];
  const skipped: SkippedMatMul[] = [];
  const names: string[] = [];

  const visit = (part: GraphProto, outer: Scope | null): void => {
    const scope = new Scope(part, outer);
    for (const node of part.node) {
      for (const inner of subgraphs(node)) visit(inner, scope);
      if (node.domain !== "" && node.domain !== "ai.onnx") continue;
      if (node.opType === "Gather" && embeddings) visitGather(node, scope);
      if (node.opType === "MatMul") visitMatMul(node, part, scope);
    }
  };
  const visitMatMul = (node: NodeProto, part: GraphProto, scope: Scope): void => {
    const [input = "", operand = ""] = node.input;
    const weight = scope.constant(operand);
    const excluded = patterns.matches(node.name, weight?.name ?? operand);
    names.push(node.name);
    if (!weight) return;
    let outcome: MatMulTarget | string;
    if (excluded) outcome = EXCLUDED;
    else if (weight.transposed && !tiedHead) outcome = "a transposed embedding, which the recipe keeps";
    else outcome = classify(node, weight, () => rankOf(part, input));
    if (typeof outcome === "string") skipped.push({ node: node.name, weight: weight.name, reason: outcome });
    else targets.push(outcome);
  };
  const visitGather = (node: NodeProto, scope: Scope): void => {
    const weight = scope.constant(node.input[0] ?? "");
    const outcome = weight && classifyGather(node, weight);
    if (!outcome) return;
    const excluded = patterns.matches(node.name, weight.name);
    names.push(node.name);
    const reason = excluded ? EXCLUDED : outcome;
    if (typeof reason === "string") skipped.push({ node: node.name, weight: weight.name, reason });
    else gathers.push(reason);
  };
  visit(graph, null);
  patterns.assertAllUsed(names);
  return { targets, gathers, skipped };
}

/** Reason of what a recipe names. */
export const EXCLUDED = "excluded by the recipe";

/** The target, or why it is none. */
function classify(node: NodeProto, weight: Constant, inputRank: () => number | null): MatMulTarget | string {
  const { tensor, transposed } = weight;
  if (!isFloat(tensor.dataType) || !isFloat(weight.dataType)) {
    return `its weight is ${dataType(tensor.dataType)?.name ?? "of unknown type"}`;
  }
  const dims = tensor.dims.map(Number);
  const shape = `[${dims.join(", ")}]`;
  const [first, second] = dims.slice(-2);
  if (first === undefined || second === undefined || first * second === 0) return `its weight has the shape ${shape}`;
  if (dims.length > 2) {
    if (transposed || dims.slice(0, -2).some((dim) => dim !== 1)) return `its weight has the shape ${shape}`;
    // The output's rank is the larger of both: without the weight's axes it must come from the input.
    const rank = inputRank();
    if (rank === null || rank < dims.length)
      return `its weight has the shape ${shape} and its input may have fewer axes`;
  }
  const [K, N] = transposed ? [second, first] : [first, second];
  return { node, weight, K, N, dataType: weight.dataType };
}

function isFloat(type: number): type is FloatType {
  return type === FLOAT || type === FLOAT16 || type === BFLOAT16;
}

/** Number of axes of a value by what the graph declares; null when it does not say. */
function rankOf(graph: GraphProto, name: string): number | null {
  const declared = (values: readonly ValueInfoProto[]): ValueInfoProto | undefined =>
    values.find((value) => value.name === name);
  const info = declared(graph.valueInfo) ?? declared(graph.input) ?? declared(graph.output);
  const type = info?.type?.value;
  return type?.case === "tensorType" ? (type.value.shape?.dim.length ?? null) : null;
}
