import { makeNode } from "#core/onnx/messages.ts";
import type { GraphProto, NodeProto } from "#core/onnx/proto/onnx.ts";
import { allGraphs, subgraphs } from "#core/onnx/walk.ts";
import { Scope } from "./constants.ts";
import { gemmParts } from "./gemm-to-matmul.ts";
import { EXCLUDED, type SkippedMatMul } from "./matmul-targets.ts";
import type { NamePatterns } from "./name-patterns.ts";
import { UniqueNames } from "./unique-names.ts";

/**
 * Takes every Gemm with a constant matrix apart into MatMul and Add, so that block formats reach GPT-2's and OPT's layers too
 * (ONNX Runtime's own block quantizers pass Gemm by). The MatMul keeps the node's name; a weight that is stored transposed gets
 * a Transpose in front, which vanishes when the weight is quantized. Excluded nodes stay what they are.
 * @returns the Gemms that stay, with the reason
 */
export function splitGemms(graph: GraphProto, exclude: NamePatterns): SkippedMatMul[] {
  if (!allGraphs(graph).some(({ node }) => node.some(({ opType }) => opType === "Gemm"))) return [];
  const names = new UniqueNames(graph);
  const skipped: SkippedMatMul[] = [];
  const visit = (part: GraphProto, outer: Scope | null): void => {
    const scope = new Scope(part, outer);
    for (const node of part.node) for (const inner of subgraphs(node)) visit(inner, scope);
    part.node = part.node.flatMap((node) => {
      if (node.opType !== "Gemm" || (node.domain !== "" && node.domain !== "ai.onnx")) return [node];
      const weight = scope.constant(node.input[1] ?? "");
      if (weight?.tensor.dims.length !== 2) return [node];
      const parts = exclude.matches(node.name, weight.name) ? EXCLUDED : gemmParts(node);
      if (typeof parts !== "string") return split(node, parts, names);
      skipped.push({ node: node.name, weight: weight.name, reason: parts });
      return [node];
    });
  };
  visit(graph, null);
  return skipped;
}

function split(node: NodeProto, parts: Exclude<ReturnType<typeof gemmParts>, string>, names: UniqueNames): NodeProto[] {
  const [output = ""] = node.output;
  const label = node.name || output;
  const turned = parts.transposed ? names.value(`${parts.weight}_transposed`) : parts.weight;
  const product = parts.bias === null ? output : names.value(`${output}_MatMul`);
  return [
    ...(parts.transposed ? [makeNode("Transpose", names.node(`${label}_Transpose`), [parts.weight], [turned])] : []),
    makeNode("MatMul", node.name, [parts.input, turned], [product]),
    ...(parts.bias === null ? [] : [makeNode("Add", names.node(`${label}_Add`), [product, parts.bias], [output])]),
  ];
}
