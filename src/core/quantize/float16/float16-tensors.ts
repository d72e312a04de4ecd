import { BFLOAT16, FLOAT } from "#core/onnx/data-types.ts";
import { floatTensor, halfTensor, tensorAttribute } from "#core/onnx/float16-messages.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { INLINE_LIMIT_BYTES } from "#core/onnx/skeleton.ts";
import { elementCount, tensorBytes, tensorSource } from "#core/onnx/tensor.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import type { PieceError } from "../weights/error-sums.ts";
import { type ClampRule, type FloatSource, halfBytes, halfPiece } from "./float16-values.ts";
import { opened, type Sent } from "../threads/thread-tasks.ts";
import { rowRanges, threadedJob } from "../threads/threaded-job.ts";

/** A tensor made half; a large one has no data yet, its job delivers it. */
interface Halved {
  readonly tensor: TensorProto;
  readonly job: TensorJob | null;
  /** The error of a tensor that was made at once; null where a job makes it. */
  readonly error: PieceError | null;
}

/**
 * Makes a half of a float tensor, which stays as it is: another format's job may have yet to read it.
 * @param path the file that the tensor comes from
 * @param name the name that the half gets if it is an initializer; a large one must be one, of the main graph
 * @param weight the name under which its errors are reported
 */
export function halveTensor(
  path: string,
  from: TensorProto,
  name: string,
  multiplied: boolean,
  rule: ClampRule,
  weight = name,
): Halved {
  const source: Sent<FloatSource> = {
    name,
    weight,
    elements: elementCount(from),
    dataType: from.dataType as typeof FLOAT | typeof BFLOAT16,
    multiplied,
    source: tensorSource(path, from),
  };
  if (isSmall(from)) {
    const { bytes, error } = halfBytes(opened<FloatSource>(source), rule);
    return { tensor: halfTensor(from, bytes), job: null, error };
  }
  const tensor = halfTensor(from);
  const parts = rowRanges(source.elements, 1).map((range) => ({
    input: { floats: source, rule, range },
    sourceBytes: range.count * 4,
  }));
  return { tensor, job: threadedJob(new Map([[name, tensorBytes(tensor)]]), "halves", parts), error: null };
}

/** Small tensors live in the graph that is held in memory (skeleton.ts) and stay where they are. */
export function isSmall(tensor: TensorProto): boolean {
  return tensorBytes(tensor) <= INLINE_LIMIT_BYTES;
}

/** The job with some of its float32 tensors (a format's scales) made half. */
export function halveJob(job: TensorJob, halved: ReadonlySet<string>, rule: ClampRule): TensorJob {
  const sizes = [...job.tensors].map(([name, bytes]) => [name, halved.has(name) ? bytes / 2 : bytes] as const);
  const tensors = new Map(sizes);
  if (job.tasks) {
    const parts = job.tasks.map((task) => ({
      input: { task, names: halved, rule },
      sourceBytes: task.sourceBytes,
    }));
    return threadedJob(tensors, "halved", parts);
  }
  return {
    tensors,
    async *pieces() {
      for await (const piece of job.pieces()) yield halved.has(piece.tensor) ? halfPiece(piece, rule) : piece;
    },
  };
}

/** Replaces the bare numbers of a Constant node (`value_float`, `value_floats`) by a tensor, which can be half. */
export function constantAsTensor(node: NodeProto): TensorProto | null {
  const [attribute] = node.attribute;
  if (attribute?.t) return attribute.t;
  if (attribute?.name !== "value_float" && attribute?.name !== "value_floats") return null;
  const values = attribute.name === "value_float" ? [attribute.f] : attribute.floats;
  const tensor = floatTensor(attribute.name === "value_float" ? [] : [values.length], values);
  node.attribute = [tensorAttribute("value", tensor)];
  return tensor;
}
