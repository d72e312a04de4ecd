/**
 * Finds the attention that Optimum exports, node by node around one layer's cache: softmax(scale q k^T + mask) v with keys and
 * values repeated for grouped queries. Strict on purpose: what is not known by sight is refused with its reason.
 */
import type { CacheEntry } from "#core/models/decoder-signature.ts";
import { int } from "#core/onnx/attributes.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { Joined } from "./cache-growth.ts";
import { attributeInts, type GraphIndex } from "./graph-index.ts";

/** One layer's attention. Values are named; q is [batch, heads, tokens, head size]. */
export interface Attention {
  readonly query: string;
  /** Entries of the signature's cache. */
  readonly key: CacheEntry;
  readonly value: CacheEntry;
  /** What is added to the scores. */
  readonly mask: string;
  /** By which the products of queries and keys are multiplied, all factors together. */
  readonly scale: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
  /** The Reshape to [batch, tokens, heads x head size] that ends it. */
  readonly end: NodeProto;
  /** Element type of the end where it is not the cache's: half-precision exports compute parts in float32. */
  readonly endType: number | null;
  readonly softmax: NodeProto;
}

/** How a cache output reaches a MatMul: the right-hand side of the scores for keys, of the context for values. */
interface Use {
  readonly entry: CacheEntry;
  readonly matmul: NodeProto;
  readonly transposed: boolean;
  readonly repeats: number;
  readonly factor: number;
  /** Element type that it is converted to on the way; null for none. */
  readonly type: number | null;
}

/** @returns the layers, in the order of their values in the cache, or the reason why this is no such graph */
export function findAttention(
  index: GraphIndex,
  cache: readonly CacheEntry[],
  news: readonly Joined[],
): Attention[] | string {
  const uses: Use[] = [];
  for (const [place, entry] of cache.entries()) {
    const { dims } = entry.past;
    if (dims.length !== 4 || entry.sequenceAxis !== 2 || entry.batchAxis !== 0 || entry.rowsPerSequence !== 1) {
      return `its cache input "${entry.past.name}" is not [batch, heads, tokens, head size]`;
    }
    const use = followCache(index, entry, news[place]!);
    if (typeof use === "string") return `its cache output "${entry.present}" ${use}`;
    uses.push(use);
  }
  const keys = new Map(uses.filter(({ transposed }) => transposed).map((use) => [use.matmul, use]));
  const layers: Attention[] = [];
  for (const use of uses) {
    if (use.transposed) continue;
    const layer = readLayer(index, use, keys);
    if (typeof layer === "string") return `around "${use.entry.present}" ${layer}`;
    layers.push(layer);
  }
  if (layers.length * 2 !== cache.length) return "keys and values do not pair up";
  return layers;
}

function followCache(index: GraphIndex, entry: CacheEntry, { convertedTo }: Joined): Use | string {
  // A cache that is converted on the way out is used in front of that conversion.
  const out = convertedTo === null ? null : index.producer(entry.present)!;
  let name = out ? out.input[0]! : entry.present;
  let transposed = false;
  let repeats = 1;
  let factor = 1;
  let type = convertedTo;
  for (;;) {
    const node = index.onlyConsumer(name, out);
    if (!node) return "is used more than once";
    if (node.opType === "MatMul" && node.input[1] === name) {
      return { entry, matmul: node, transposed, repeats, factor, type };
    }
    if (node.opType === "Transpose" && attributeInts(node, "perm")?.join() === "0,1,3,2") transposed = !transposed;
    else if (node.opType === "Cast") type = int(node, "to", 0);
    else if (node.opType === "Unsqueeze") {
      const repeat = readRepeat(index, node);
      if (!repeat) return "is repeated for the query heads in an unknown way";
      repeats *= repeat.count;
      name = repeat.output;
      continue;
    } else {
      const scaled = readScaling(index, node, name, entry);
      if (scaled === null) return `goes through ${node.opType}, which attention is not known to do`;
      factor *= scaled;
    }
    name = node.output[0]!;
  }
}

/** [b, heads, n, d] -> [b, heads, 1, n, d] -> [b, heads, count, n, d] -> [b, heads x count, n, d]: each head `count` times in a row. */
function readRepeat(index: GraphIndex, unsqueeze: NodeProto): { count: number; output: string } | null {
  if (index.constant(unsqueeze.input[1] ?? "")?.values.join() !== "2") return null;
  const expand = index.onlyConsumer(unsqueeze.output[0]!);
  if (expand?.opType !== "Expand") return null;
  const reshape = index.onlyConsumer(expand.output[0]!);
  if (reshape?.opType !== "Reshape" || reshape.input[0] !== expand.output[0]) return null;
  const parts = shapeParts(index, expand.input[1]!);
  const count = parts?.length === 5 ? parts[2] : null;
  return count && count > 0 ? { count, output: reshape.output[0]! } : null;
}

/** A shape put together by Concat, part by part, null where a part is not constant. Exporters replace its -1 by Where. */
function shapeParts(index: GraphIndex, name: string): (number | null)[] | null {
  const constant = index.constant(name);
  if (constant) return [...constant.values];
  const node = index.producer(name);
  if (node?.opType === "Where") return shapeParts(index, node.input[2]!);
  if (node?.opType === "Reshape" || node?.opType === "Cast") return shapeParts(index, node.input[0]!);
  return node?.opType === "Concat" ? node.input.map((part) => index.scalar(part)) : null;
}

function readLayer(index: GraphIndex, value: Use, keys: ReadonlyMap<NodeProto, Use>): Attention | string {
  const softmax = findSoftmax(index, value.matmul.input[0]!);
  if (!softmax) return "the values are not weighted by a Softmax over the last axis";
  const sum = producerBehindCasts(index, softmax.input[0]!);
  if (sum?.opType !== "Add") return `the Softmax takes ${sum?.opType ?? "an input"}, not the sum of scores and a mask`;
  const [left, right] = sum.input as [string, string];
  const fromLeft = findScores(index, left, keys, value.entry);
  const scores = fromLeft ?? findScores(index, right, keys, value.entry);
  if (!scores) return "the scores are not a product of queries and cached keys alone";
  const { key } = scores;
  const [, keyHeads, , headSize] = value.entry.past.dims as [string, number, string, number];
  if (key.entry.past.dims.join() !== value.entry.past.dims.join()) return "keys and values differ in shape";
  if (key.repeats !== value.repeats || value.factor !== 1) return "keys and values are treated differently";
  // One key head without a repeat is spread over the query heads by MatMul itself, which hides how many there are.
  if (typeof keyHeads !== "number" || typeof headSize !== "number" || (keyHeads === 1 && key.repeats === 1)) {
    return "the number of heads is not stated";
  }
  if (headSize % 8 !== 0) return `heads of size ${headSize}: the operator takes multiples of 8`;
  const end = findEnd(index, value.matmul.output[0]!);
  if (!end) return "the heads are not joined by Transpose and Reshape";
  const query = peelScaling(index, scores.matmul.input[0]!, value.entry);
  return {
    query: query.name,
    key: key.entry,
    value: value.entry,
    mask: fromLeft ? right : left,
    scale: scores.factor * key.factor * query.factor,
    heads: keyHeads * key.repeats,
    keyHeads,
    headSize,
    end,
    endType: value.type,
    softmax,
  };
}

function findSoftmax(index: GraphIndex, name: string): NodeProto | null {
  const node = producerBehindCasts(index, name);
  if (node?.opType === "Softmax") return [-1, 3].includes(int(node, "axis", -1)) ? node : null;
  // Rows that see nothing are NaN and become 0; there is none where every row sees itself.
  const guarded = node?.opType === "Where" && index.producer(node.input[0]!)?.opType === "IsNaN";
  return guarded ? findSoftmax(index, node.input[2]!) : null;
}

function findScores(
  index: GraphIndex,
  name: string,
  keys: ReadonlyMap<NodeProto, Use>,
  entry: CacheEntry,
): { matmul: NodeProto; key: Use; factor: number } | null {
  const peeled = peelScaling(index, name, entry);
  const matmul = index.producer(peeled.name);
  const key = matmul && keys.get(matmul);
  return key ? { matmul, key, factor: peeled.factor } : null;
}

function findEnd(index: GraphIndex, context: string): NodeProto | null {
  const transpose = index.onlyConsumer(context);
  if (transpose?.opType !== "Transpose" || attributeInts(transpose, "perm")?.join() !== "0,2,1,3") return null;
  const reshape = index.onlyConsumer(transpose.output[0]!);
  if (reshape?.opType !== "Reshape" || reshape.input[0] !== transpose.output[0]) return null;
  return shapeParts(index, reshape.input[1]!)?.length === 3 ? reshape : null;
}

/** Takes off multiplications with single numbers, and conversions between them. */
function peelScaling(index: GraphIndex, from: string, entry: CacheEntry): { name: string; factor: number } {
  let name = from;
  let factor = 1;
  for (;;) {
    const node = producerBehindCasts(index, name);
    const inner = node?.input.find((input) => readScaling(index, node, input, entry) !== null);
    if (!node || inner === undefined) return { name: nameBehindCasts(index, name), factor };
    factor *= readScaling(index, node, inner, entry)!;
    name = inner;
  }
}

/** By what `node` multiplies its input `name`; null where it does something else. */
function readScaling(index: GraphIndex, node: NodeProto, name: string, entry: CacheEntry): number | null {
  const [first, second] = node.input as [string, string];
  if (node.opType === "Mul") return scalarValue(index, first === name ? second : first, entry);
  if (node.opType !== "Div" || first !== name) return null;
  const divisor = scalarValue(index, second, entry);
  return divisor === null ? null : 1 / divisor;
}

/** A single number, also where the export works it out from the head size in the graph. */
function scalarValue(index: GraphIndex, name: string, entry: CacheEntry): number | null {
  const scalar = index.scalar(name);
  if (scalar !== null) return scalar;
  const node = index.producer(name);
  const input = (place: number): number | null => scalarValue(index, node!.input[place] ?? "", entry);
  switch (node?.opType) {
    case "Cast":
      return input(0);
    case "Sqrt": {
      const value = input(0);
      return value === null ? null : Math.sqrt(value);
    }
    case "Div": {
      const [value, divisor] = [input(0), input(1)];
      return value === null || divisor === null ? null : value / divisor;
    }
    case "Slice":
    case "Gather": {
      // The last axis of what is a head's is its size; the proof finds out where it is not.
      const ofShape = index.producer(node.input[0]!)?.opType === "Shape";
      const last = [-1, 3].includes(index.scalar(node.input[1]!) ?? 0);
      return ofShape && last && typeof entry.past.dims[3] === "number" ? entry.past.dims[3] : null;
    }
    default:
      return null;
  }
}

function nameBehindCasts(index: GraphIndex, name: string): string {
  const node = index.producer(name);
  return node?.opType === "Cast" ? nameBehindCasts(index, node.input[0]!) : name;
}

function producerBehindCasts(index: GraphIndex, name: string): NodeProto | undefined {
  return index.producer(nameBehindCasts(index, name));
}
