import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { Constant } from "../graph/constants.ts";
import type { Dynamic8Weights } from "./dynamic8-weights.ts";
import type { SkippedMatMul } from "../graph/matmul-targets.ts";
import type { UniqueNames } from "../graph/unique-names.ts";

/** The state that rewriting a graph shares with rewriting the graphs inside it. */
export interface Dynamic8Context {
  readonly weights: Dynamic8Weights;
  readonly names: UniqueNames;
  /** Whether a head that is a transposed embedding (or the reverse) is quantized. */
  readonly tiedHead: boolean;
  /** The constant operand of each node that may have one, as it was before anything changed. */
  readonly constants: ReadonlyMap<NodeProto, Constant>;
  /** Tensors that a table lookup reads, and those that a MatMul or Gemm reads. */
  readonly tables: ReadonlySet<TensorProto>;
  readonly factors: ReadonlySet<TensorProto>;
  /** Tensors that an excluded node reads: they stay beside their codes. */
  readonly kept: ReadonlySet<TensorProto>;
  readonly excluded: ReadonlySet<NodeProto>;
  readonly skipped: SkippedMatMul[];
  /** Nodes that may be left without readers. */
  readonly bypassed: Set<NodeProto>;
}
