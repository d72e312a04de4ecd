/**
 * How a graph grows its cache decides how it can be stepped: a Concat of the past with the new keys or values (Optimum's
 * exports), or the GroupQueryAttention operator (onnxruntime-genai's, and fused graphs).
 */
import type { CacheEntry, DecoderSignature } from "#core/models/decoder-signature.ts";
import { int } from "#core/onnx/attributes.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { GraphIndex } from "./graph-index.ts";

/** What joins the past of one entry. */
export interface Joined {
  readonly name: string;
  /** Its element type, where the graph converts its cache to that on the way in and back on the way out; else null. */
  readonly convertedTo: number | null;
}

/** By Concat: what joins the pasts, in the order of the signature's entries. */
export type CacheGrowth = { readonly by: "concat"; readonly news: readonly Joined[] } | { readonly by: "attention" };

/** @returns the reason, in words, where the graph does neither */
export function readCacheGrowth(model: OnnxModel, signature: DecoderSignature): CacheGrowth | string {
  const { cache, attentionMask } = signature;
  if (cache.length === 0) return "the graph has no cache";
  if (!attentionMask) return "the graph has no attention_mask, which would tell how much of a buffer is used";
  if (signature.cachePosition) return "the graph has a cache_position, whose meaning differs between exporters";
  const odd = cache.find(({ past, sequenceAxis }) => sequenceAxis === null || !/^float(16|32)$/.test(past.type));
  if (odd) return `its cache input "${odd.past.name}" is no float tensor that grows with the tokens`;
  const index = new GraphIndex(model);
  if (cache.every((entry) => growsByAttention(index, entry))) return { by: "attention" };
  const news: Joined[] = [];
  for (const entry of cache) {
    const added = growsByConcat(index, entry);
    if (added === null) {
      const by = index.producer(entry.present)?.opType ?? "nothing";
      return `its cache output "${entry.present}" is made by ${by}, not by joining "${entry.past.name}" with what is new`;
    }
    news.push(added);
  }
  return { by: "concat", news };
}

function growsByAttention(index: GraphIndex, { past, present, sequenceAxis }: CacheEntry): boolean {
  const node = index.producer(present);
  if (node?.opType !== "GroupQueryAttention" || sequenceAxis !== 2) return false;
  const place = node.output.indexOf(present);
  // Inputs 3 and 4 are the past keys and values, outputs 1 and 2 the present ones.
  if (place < 1 || node.input[place + 2] !== past.name) return false;
  return index.consumers(past.name).every((reader) => reader === node || isWholeShape(reader));
}

/** Shape of all axes: the attributes of opset 15 pick some. */
function isWholeShape(node: NodeProto): boolean {
  return node.opType === "Shape" && node.attribute.length === 0;
}

/** The value that joins the past; null where the present is made in another way. */
function growsByConcat(index: GraphIndex, { past, present, sequenceAxis }: CacheEntry): Joined | null {
  const last = index.producer(present);
  const node = last?.opType === "Cast" ? index.producer(last.input[0]!) : last;
  if (node?.opType !== "Concat" || node.input.length !== 2) return null;
  const converts = node !== last;
  const first = index.producer(node.input[0]!);
  if (converts && first?.opType !== "Cast") return null;
  if ((converts ? first!.input[0] : node.input[0]) !== past.name) return null;
  const axis = int(node, "axis", 0);
  const name = node.input[1]!;
  const same = axis === sequenceAxis || axis + past.dims.length === sequenceAxis;
  if (!same || !index.producer(name) || index.isOutput(name)) return null;
  return { name, convertedTo: converts ? int(first!, "to", 0) : null };
}
