/**
 * What a decoder wants to be fed and what it gives, read from its graph: nothing about an architecture is assumed. Sources:
 * the input and output conventions of Optimum, transformers.js and onnxruntime-genai (docs/file-formats.md).
 */
import { LabError } from "#shared/errors.ts";
import { dataType, type DataTypeName } from "#core/onnx/data-types.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import type { ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import { readHead } from "./graph-head.ts";

/** A dimension: a fixed size, or the name of a free one ("" where the export gives none). */
type Dim = number | string;

export interface TensorInfo {
  readonly name: string;
  readonly type: DataTypeName;
  readonly dims: readonly Dim[];
}

/** One tensor of the cache: `past` goes in, `present` comes out and is the next step's `past`. */
export interface CacheEntry {
  readonly past: TensorInfo;
  readonly present: string;
  /** Index of the axis that grows with the tokens; null for a state of fixed size. */
  readonly sequenceAxis: number | null;
  /** Index of the axis that holds the batch; null where the export fixed it to 1. */
  readonly batchAxis: number | null;
  /** Rows of the batch axis per sequence: 1, or the number of heads where an export folds them into the batch. */
  readonly rowsPerSequence: number;
}

export interface DecoderSignature {
  readonly inputIds: TensorInfo;
  readonly attentionMask: TensorInfo | null;
  readonly positionIds: TensorInfo | null;
  readonly tokenTypeIds: TensorInfo | null;
  /** Which position each new token has in the cache: int64 [tokens]. */
  readonly cachePosition: TensorInfo | null;
  /** bool [1] of the merged decoders of older Optimum exports: false without a past, true with one. */
  readonly useCacheBranch: TensorInfo | null;
  /** How many of the last positions get logits (0 = all): int64 scalar. */
  readonly logitsToKeep: TensorInfo | null;
  readonly cache: readonly CacheEntry[];
  readonly logits: TensorInfo;
  /** Size of the logits' last axis where the graph tells it. */
  readonly vocabularySize: number | null;
  /** Sequences that one run takes: 1 where the export fixed it, null where any number goes. */
  readonly batch: 1 | null;
  /** Whether the graph says that it gives logits of the last position only (`prune_lm_head` of onnxruntime-genai). */
  readonly lastOnly: boolean;
}

const LOGITS_TO_KEEP = ["num_logits_to_keep", "logits_to_keep"];
const CACHE_NAME = /^(past|cache|kv|state|mems)|past|_state\b/i;
/** Outputs of three axes that are no logits: an encoder's states would be measured as if they were probabilities. */
const NOT_LOGITS = /hidden|embed|encod|present|past|cache|state/i;
/** Caches of attention, which hold one row a token; other states have one size for good. */
const KEY_OR_VALUE = /key|value|(^|[._])[kv]([._]|$)/i;
const FREE_AXES = "Export it with free axes for batch and tokens (Optimum does, without fixed shapes).";
const INTEGERS: readonly DataTypeName[] = ["int64", "int32"];
const LOGIT_TYPES: readonly DataTypeName[] = ["float32", "float16"];

/**
 * @param headCount number of attention heads by the model's config, for exports that fold heads into the batch axis
 * @throws LabError MODEL_UNSUPPORTED naming the input or output that is not understood
 */
export function readSignature(model: OnnxModel, headCount: number | null): DecoderSignature {
  const weights = new Set(model.graph.initializer.map(({ name }) => name));
  // An input with a default is left at it, but for the one whose default keeps logits away.
  const inputs = model.graph.input
    .filter(({ name }) => !weights.has(name) || LOGITS_TO_KEEP.includes(name))
    .map((value) => tensorInfo(model, value));
  const outputs = model.graph.output.map((value) => tensorInfo(model, value));
  const unused = new Map(inputs.map((input) => [input.name, input]));
  const take = (...names: string[]): TensorInfo | null => {
    const found = names.map((name) => unused.get(name)).find((input) => input !== undefined);
    if (found) unused.delete(found.name);
    return found ?? null;
  };

  const inputIds = take("input_ids", "input_ids:0", "tokens", "input");
  if (!inputIds) {
    throw unsupported(model, `it has no input_ids (inputs: ${names(inputs)})`, embedsRemedy(inputs));
  }
  expectRank(model, inputIds, 2);
  expectType(model, inputIds, INTEGERS);
  expectFreeLength(model, inputIds);
  const signature = {
    inputIds,
    attentionMask: take("attention_mask"),
    positionIds: take("position_ids"),
    tokenTypeIds: take("token_type_ids"),
    cachePosition: take("cache_position"),
    useCacheBranch: take("use_cache_branch"),
    logitsToKeep: take(...LOGITS_TO_KEEP),
  };
  const { attentionMask, positionIds, tokenTypeIds, cachePosition } = signature;
  const perToken = [attentionMask, positionIds, tokenTypeIds].filter((input) => input !== null);
  for (const input of perToken) {
    expectRank(model, input, 2);
    expectFreeLength(model, input);
  }
  if (cachePosition) {
    expectRank(model, cachePosition, 1);
    expectFreeLength(model, cachePosition);
  }
  for (const input of [signature.useCacheBranch, signature.logitsToKeep]) if (input) expectOneValue(model, input);

  const logits =
    outputs.find(({ name }) => name === "logits") ??
    outputs.find(({ name, dims }) => dims.length === 3 && !NOT_LOGITS.test(name));
  if (!logits)
    throw unsupported(model, `it has no logits of shape [batch, tokens, vocabulary] (outputs: ${names(outputs)})`);
  expectRank(model, logits, 3);
  expectType(model, logits, LOGIT_TYPES);

  const rest = [...unused.values()];
  const unknown = rest.find(({ name, dims }) => !CACHE_NAME.test(name) || dims.length < 2);
  if (unknown) {
    throw unsupported(model, `its input "${unknown.name}" (${unknown.type} [${unknown.dims.join(", ")}]) is unknown`);
  }
  const cache = pairCache(
    model,
    rest,
    outputs.filter((output) => output !== logits),
    headCount,
  );
  const [, positions, width] = logits.dims;
  const head = readHead(model, logits.name);
  const batch = batchOf(model, [inputIds, ...perToken], cache);
  const vocabularySize = typeof width === "number" ? width : head.width;
  const lastOnly = head.lastOnly || (positions === 1 && signature.logitsToKeep === null);
  return { ...signature, cache, logits, vocabularySize, batch, lastOnly };
}

/** Sequences that a run takes, by the inputs whose first axis counts them. */
function batchOf(
  model: OnnxModel,
  inputs: readonly TensorInfo[],
  cache: readonly CacheEntry[],
): DecoderSignature["batch"] {
  // [batch, heads, tokens, size]; caches of other ranks may lead with something else.
  const fixed = cache.filter(({ batchAxis }) => batchAxis === null).map(({ past }) => past);
  const counting = [...inputs, ...fixed.filter(({ dims }) => dims.length === 4)];
  const other = counting.find(({ dims }) => typeof dims[0] === "number" && dims[0] !== 1);
  if (other)
    throw unsupported(model, `its "${other.name}" takes exactly ${other.dims[0]} sequences at once`, FREE_AXES);
  return fixed.length > 0 || inputs.some(({ dims }) => dims[0] === 1) ? 1 : null;
}

/** Matches each past input with the output that becomes it in the next step: by name, else by order and shape. */
function pairCache(
  model: OnnxModel,
  pasts: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  headCount: number | null,
): CacheEntry[] {
  const byName = new Map(outputs.map((output) => [output.name, output]));
  const states = outputs.filter(({ name }) => /present|cache|state/i.test(name));
  return pasts.map((past, index) => {
    const present =
      presentNames(past.name)
        .map((name) => byName.get(name))
        .find((output) => output !== undefined) ?? (states.length === pasts.length ? states[index] : undefined);
    if (!present)
      throw unsupported(model, `no output belongs to its cache input "${past.name}" (outputs: ${names(outputs)})`);
    return { past, present: present.name, ...cacheAxes(model, past, headCount) };
  });
}

function presentNames(past: string): string[] {
  return [
    past.replace("past_key_values", "present"),
    past.replace("past_key_values", "present_key_values"),
    past.replace("past", "present"),
    past.replace(/_in$/, "_out"),
    past.replace(/^(.*)$/, "$1_out"),
  ].filter((name) => name !== past);
}

function cacheAxes(
  model: OnnxModel,
  past: TensorInfo,
  headCount: number | null,
): Pick<CacheEntry, "sequenceAxis" | "batchAxis" | "rowsPerSequence"> {
  const free = past.dims.flatMap((dim, axis) => (typeof dim === "string" ? [{ dim, axis }] : []));
  const batch = free.find(({ dim }) => /batch/i.test(dim)) ?? (free.length === 2 ? free[0] : undefined);
  const others = free.filter(({ axis }) => axis !== batch?.axis);
  const sequence = others.find(({ dim }) => /past|seq|cache|context|total|length/i.test(dim)) ?? others[0];
  if (others.some(({ axis }) => axis !== sequence?.axis)) {
    throw unsupported(
      model,
      `the shape [${past.dims.join(", ")}] of its cache input "${past.name}" has too many free axes`,
    );
  }
  if (!sequence && past.dims.length === 4 && KEY_OR_VALUE.test(past.name)) {
    throw unsupported(
      model,
      `its cache "${past.name}" has the fixed shape [${past.dims.join(", ")}], which cannot grow with the text`,
      FREE_AXES,
    );
  }
  // "batch_size x num_heads", "batch*4"; not the x of "batch_axis".
  const folded = batch !== undefined && /\*|(?<![a-z])x/i.test(batch.dim);
  const factor = folded ? Number(/\d+/.exec(batch.dim)?.[0]) || headCount : 1;
  if (!factor) {
    throw unsupported(
      model,
      `the axis "${batch?.dim}" of "${past.name}" folds heads into the batch, and config.json does not say how many`,
    );
  }
  return { batchAxis: batch?.axis ?? null, sequenceAxis: sequence?.axis ?? null, rowsPerSequence: factor };
}

/** Shape of the cache before the first token of `batchSize` sequences: nothing along the axis that grows. */
export function emptyCacheDims(entry: CacheEntry, batchSize: number): number[] {
  return entry.past.dims.map((dim, axis) => {
    if (axis === entry.batchAxis) return batchSize * entry.rowsPerSequence;
    if (axis === entry.sequenceAxis) return 0;
    return dim as number;
  });
}

function tensorInfo(model: OnnxModel, value: ValueInfoProto): TensorInfo {
  const tensor = value.type?.value;
  if (tensor?.case !== "tensorType") throw unsupported(model, `"${value.name}" is not a tensor`);
  const type = dataType(tensor.value.elemType);
  if (!type) throw unsupported(model, `"${value.name}" has the unknown element type ${tensor.value.elemType}`);
  const dims = (tensor.value.shape?.dim ?? []).map(({ value: dim }): Dim => {
    if (dim.case === "dimValue" && dim.value >= 0n) return Number(dim.value);
    return dim.case === "dimParam" ? dim.value : "";
  });
  return { name: value.name, type: type.name, dims };
}

function expectRank(model: OnnxModel, tensor: TensorInfo, rank: number): void {
  if (tensor.dims.length === rank) return;
  throw unsupported(model, `"${tensor.name}" has shape [${tensor.dims.join(", ")}] where ${rank} axes are expected`);
}

function expectFreeLength(model: OnnxModel, { name, dims }: TensorInfo): void {
  const length = dims.at(-1);
  if (typeof length === "number") throw unsupported(model, `its "${name}" takes exactly ${length} tokens`, FREE_AXES);
}

/** A switch or a count: one value, with an axis or without. */
function expectOneValue(model: OnnxModel, { name, dims }: TensorInfo): void {
  if (dims.length === 0 || (dims.length === 1 && (typeof dims[0] === "string" || dims[0] === 1))) return;
  throw unsupported(model, `"${name}" has shape [${dims.join(", ")}] where one value is expected`);
}

function expectType(model: OnnxModel, tensor: TensorInfo, types: readonly DataTypeName[]): void {
  if (types.includes(tensor.type)) return;
  throw unsupported(model, `"${tensor.name}" is ${tensor.type} where ${types.join(" or ")} is expected`);
}

function names(tensors: readonly TensorInfo[]): string {
  return tensors.map(({ name }) => name).join(", ");
}

function embedsRemedy(inputs: readonly TensorInfo[]): string {
  return inputs.some(({ name }) => name === "inputs_embeds")
    ? "It is the language part of a multimodal model, which takes embeddings; use a text model's export."
    : "Quantscope measures decoders: export with Optimum's task text-generation-with-past.";
}

function unsupported(
  model: OnnxModel,
  why: string,
  remedy = "Export it with Optimum's task text-generation-with-past.",
): LabError {
  return new LabError(
    "MODEL_UNSUPPORTED",
    `${model.path} is not a decoder that Quantscope can run: ${why}. ${remedy}`,
    {
      file: model.path,
    },
  );
}
