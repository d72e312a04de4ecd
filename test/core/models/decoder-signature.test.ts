import { describe, expect, it } from "vitest";
import type { DataTypeName } from "#core/onnx/data-types.ts";
import type { ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { emptyCacheDims, readSignature } from "#core/models/decoder-signature.ts";
import { int64Tensor } from "#core/onnx/messages.ts";
import { node } from "../onnx/build-model.ts";
import {
  cache,
  decoder,
  inMemory,
  inputIds,
  logits,
  mask,
  positionIds,
  tensorValue,
  zeros,
} from "../../helpers/onnx-builder.ts";

type Pair = ReturnType<typeof cache>;

/** The signature of a decoder with these inputs and cache tensors. */
function signature(inputs: readonly ValueInfoProto[], pairs: readonly Pair[] = [], headCount: number | null = null) {
  const built = decoder({
    inputs: [...inputs, ...pairs.map(({ past }) => past)],
    outputs: [logits, ...pairs.map(({ present }) => present)],
  });
  return readSignature(inMemory(built), headCount);
}

const cacheOf = (pair: Pair, headCount: number | null = null) => signature([inputIds], [pair], headCount).cache[0]!;
const unsupported = (text: string): unknown =>
  expect.objectContaining({
    code: "MODEL_UNSUPPORTED",
    message: expect.stringContaining(text) as string,
    details: { file: "built.onnx" },
  });

describe("readSignature on real exports", () => {
  it.each([
    ["gpt2", ["batch_size", 4, "past_sequence_length", 16]],
    ["llama", ["batch_size", 2, "past_sequence_length", 16]],
    ["opt", ["batch_size", 4, "past_sequence_length", 16]],
    ["phi3", ["batch_size", 4, "past_sequence_length", 16]],
    ["qwen2", ["batch_size", 2, "past_sequence_length", 16]],
  ])("reads %s", (name, dims) => {
    const read = readSignature(readModel(`test/fixtures/zoo/${name}/onnx/model.onnx`), null);
    expect(read.inputIds).toMatchObject({ name: "input_ids", type: "int64" });
    expect(read.attentionMask?.name).toBe("attention_mask");
    expect(read.positionIds?.name).toBe("position_ids");
    expect(read.logits).toMatchObject({ name: "logits", type: "float32" });
    expect(read).toMatchObject({ vocabularySize: 1000, useCacheBranch: null, logitsToKeep: null, tokenTypeIds: null });
    const names = [0, 1].flatMap((layer) => ["key", "value"].map((part) => `${layer}.${part}`));
    expect(read.cache.map(({ past }) => past.name).sort()).toEqual(names.map((part) => `past_key_values.${part}`));
    for (const { past, present, ...axes } of read.cache) {
      expect(present).toBe(past.name.replace("past_key_values", "present"));
      expect(past).toMatchObject({ type: "float32", dims });
      expect(axes).toEqual({ sequenceAxis: 2, batchAxis: 0, rowsPerSequence: 1 });
    }
  });
});

describe("readSignature: inputs", () => {
  it("takes a graph with neither mask nor positions", () => {
    expect(signature([inputIds])).toMatchObject({ attentionMask: null, positionIds: null, cache: [] });
  });

  it("takes the branch switch of merged decoders", () => {
    const { useCacheBranch } = signature([inputIds, mask, tensorValue("use_cache_branch", "bool", [1])]);
    expect(useCacheBranch).toEqual({ name: "use_cache_branch", type: "bool", dims: [1] });
  });

  it.each(["num_logits_to_keep", "logits_to_keep"])("takes %s", (name) => {
    const { logitsToKeep } = signature([inputIds, tensorValue(name, "int64", [])]);
    expect(logitsToKeep).toEqual({ name, type: "int64", dims: [] });
  });

  it("takes token types and cache positions", () => {
    const read = signature([
      inputIds,
      tensorValue("token_type_ids", "int64", ["batch_size", "sequence_length"]),
      tensorValue("cache_position", "int64", ["sequence_length"]),
    ]);
    expect(read.tokenTypeIds?.name).toBe("token_type_ids");
    expect(read.cachePosition?.name).toBe("cache_position");
  });

  it("does not take weights for inputs, which old exports list among them", () => {
    const built = decoder({ inputs: [inputIds, tensorValue("w", "float32", [16, 50])] });
    expect(readSignature(inMemory(built), null).cache).toEqual([]);
  });

  it("takes any order of inputs", () => {
    const pair = cache(["batch_size", 2, "past_sequence_length", 16]);
    const built = decoder({ inputs: [pair.past, positionIds, mask, inputIds], outputs: [pair.present, logits] });
    const read = readSignature(inMemory(built), null);
    expect([read.inputIds, read.attentionMask, read.positionIds].map((input) => input?.name)).toEqual([
      "input_ids",
      "attention_mask",
      "position_ids",
    ]);
    expect(read.logits.name).toBe("logits");
  });

  it("names an input that it does not know, with type and shape", () => {
    const strange = tensorValue("beam_idx", "int32", ["batch_size"]);
    expect(() => signature([inputIds, strange])).toThrow(
      unsupported('its input "beam_idx" (int32 [batch_size]) is unknown'),
    );
  });

  it("names the inputs of a sequence-to-sequence decoder that it lacks", () => {
    const states = tensorValue("encoder_hidden_states", "float32", ["batch_size", "encoder_sequence_length", 64]);
    expect(() => signature([inputIds, states])).toThrow(unsupported('"encoder_hidden_states"'));
  });

  it("tells the language part of a multimodal model", () => {
    const embeds = tensorValue("inputs_embeds", "float32", ["batch_size", "sequence_length", 64]);
    expect(() => signature([embeds, mask])).toThrow(unsupported("It is the language part of a multimodal model"));
  });

  it("refuses a graph without token ids, with its inputs", () => {
    const image = tensorValue("pixel_values", "float32", ["batch_size", 3, 224, 224]);
    expect(() => signature([image])).toThrow(unsupported("it has no input_ids (inputs: pixel_values)"));
  });

  it.each<[string, ValueInfoProto, string]>([
    [
      "one axis",
      tensorValue("input_ids", "int64", ["tokens"]),
      '"input_ids" has shape [tokens] where 2 axes are expected',
    ],
    [
      "numbers with a fraction",
      tensorValue("input_ids", "float32", ["b", "s"]),
      '"input_ids" is float32 where int64 or int32',
    ],
    ["a fixed length", tensorValue("input_ids", "int64", ["b", 128]), '"input_ids" takes exactly 128 tokens'],
  ])("refuses token ids of %s", (_, ids, text) => {
    expect(() => signature([ids])).toThrow(unsupported(text));
  });

  it("refuses a mask of four axes", () => {
    const square = tensorValue("attention_mask", "float32", ["b", 1, "s", "t"]);
    expect(() => signature([inputIds, square])).toThrow(unsupported('"attention_mask" has shape [b, 1, s, t]'));
  });
});

describe("readSignature: logits", () => {
  const withOutputs = (...outputs: ValueInfoProto[]) => readSignature(inMemory(decoder({ outputs })), null);
  const output = (name: string, dims: (number | string)[] = ["b", "s", 50], type: DataTypeName = "float32") =>
    tensorValue(name, type, dims);

  it("gives the size of the vocabulary by the graph's shape, or by the weight that the logits come from", () => {
    expect(withOutputs(output("logits")).vocabularySize).toBe(50);
    expect(withOutputs(output("logits", ["b", "s", "vocab"])).vocabularySize).toBe(50);
    expect(withOutputs(output("output_0", ["b", "s", "vocab"])).vocabularySize).toBeNull();
  });

  it("sees a batch that is fixed, and logits of the last position only", () => {
    const read = (inputs: readonly ValueInfoProto[], outputs = [output("logits")]) =>
      readSignature(inMemory(decoder({ inputs, outputs })), null);
    expect(read([tensorValue("input_ids", "int64", [1, "s"])])).toMatchObject({ batch: 1, lastOnly: false });
    expect(read([inputIds, tensorValue("attention_mask", "int64", [1, "s"])])).toMatchObject({ batch: 1 });
    expect(read([inputIds])).toMatchObject({ batch: null });
    expect(read([inputIds], [output("logits", ["b", 1, 50])])).toMatchObject({ batch: null, lastOnly: true });
    // One position by the shape of an example: the input asks for all.
    const keep = tensorValue("num_logits_to_keep", "int64", []);
    expect(read([inputIds, keep], [output("logits", ["b", 1, 50])])).toMatchObject({ lastOnly: false });
  });

  it.each([
    ["a batch of four", tensorValue("input_ids", "int64", [4, "s"]), /takes exactly 4 sequences at once.*free axes/],
    ["128 tokens", tensorValue("input_ids", "int64", [1, 128]), /"input_ids" takes exactly 128 tokens.*free axes/],
  ])("refuses a graph for %s, and says what would work", (_, input, message) => {
    expect(() => readSignature(inMemory(decoder({ inputs: [input] })), null)).toThrow(message);
  });

  it.each<[ValueInfoProto, string]>([
    [tensorValue("token_type_ids", "int64", ["b", 16]), '"token_type_ids" takes exactly 16 tokens'],
    [tensorValue("position_ids", "int64", [3, "b", "s"]), '"position_ids" has shape [3, b, s] where 2 axes'],
    [tensorValue("cache_position", "int64", [16]), '"cache_position" takes exactly 16 tokens'],
    [tensorValue("use_cache_branch", "bool", [2]), '"use_cache_branch" has shape [2] where one value'],
    [tensorValue("token_type_ids", "int64", [2, "s"]), '"token_type_ids" takes exactly 2 sequences'],
  ])("refuses an input that nothing fits that is fed (%#)", (input, text) => {
    expect(() => readSignature(inMemory(decoder({ inputs: [inputIds, input] })), null)).toThrow(unsupported(text));
  });

  it("refuses a cache of several sequences beside free token ids", () => {
    const { past, present } = cache([2, 4, "past", 16]);
    const parts = { inputs: [inputIds, past], outputs: [output("logits"), present] };
    expect(() => readSignature(inMemory(decoder(parts)), null)).toThrow(unsupported("takes exactly 2 sequences"));
  });

  it("takes num_logits_to_keep with a default for an input, so that all logits can be asked for", () => {
    const keep = tensorValue("num_logits_to_keep", "int64", []);
    const initializers = [zeros("w", "float32", [16, 50]), int64Tensor("num_logits_to_keep", [1])];
    const read = readSignature(inMemory(decoder({ inputs: [inputIds, keep], initializers })), null);
    expect(read.logitsToKeep?.name).toBe("num_logits_to_keep");
  });

  it("refuses a mask of a fixed length, and a cache that cannot grow", () => {
    const fixed = tensorValue("attention_mask", "int64", ["b", 128]);
    expect(() => readSignature(inMemory(decoder({ inputs: [inputIds, fixed] })), null)).toThrow(/exactly 128 tokens/);
    const { past, present } = cache([1, 4, 2048, 16]);
    const parts = { inputs: [inputIds, past], outputs: [output("logits"), present] };
    expect(() => readSignature(inMemory(decoder(parts)), null)).toThrow(/fixed shape \[1, 4, 2048, 16\].*cannot grow/);
  });

  it("takes float16, and another name when nothing else has three axes", () => {
    expect(withOutputs(output("logits", ["b", "s", 50], "float16")).logits.type).toBe("float16");
    expect(withOutputs(output("output_0")).logits.name).toBe("output_0");
  });

  it("takes the logits, not the states before them", () => {
    expect(withOutputs(output("hidden_states"), output("logits")).logits.name).toBe("logits");
  });

  it.each([
    ["last_hidden_state", ["b", "s", 64]],
    ["encoder_output", ["b", "s", 64]],
    ["pooled", ["b", 64]],
  ])("refuses an encoder, which gives %s", (name, dims) => {
    expect(() => withOutputs(output(name, dims))).toThrow(unsupported(`(outputs: ${name})`));
  });

  it("refuses a classifier's logits", () => {
    expect(() => withOutputs(output("logits", ["b", 2]))).toThrow(
      unsupported('"logits" has shape [b, 2] where 3 axes'),
    );
  });

  it("refuses logits in a type that it cannot read", () => {
    expect(() => withOutputs(output("logits", ["b", "s", 50], "bfloat16"))).toThrow(
      unsupported('"logits" is bfloat16'),
    );
  });

  it("refuses an output that is no tensor", () => {
    const sequence = tensorValue("logits", "float32", []);
    sequence.type!.value = { case: undefined };
    expect(() => withOutputs(sequence)).toThrow(unsupported('"logits" is not a tensor'));
  });
});

describe("readSignature: cache", () => {
  it("reads what each export calls its axes", () => {
    const axes = { batchAxis: 0, sequenceAxis: 2, rowsPerSequence: 1 };
    expect(cacheOf(cache(["batch_size", 4, "past_sequence_length", 16]))).toMatchObject(axes);
    expect(cacheOf(cache(["batch", 4, "max_seq", 16]))).toMatchObject(axes);
    expect(cacheOf(cache(["", 4, "", 16]))).toMatchObject(axes);
    expect(cacheOf(cache([1, 4, "past", 16]))).toMatchObject({ ...axes, batchAxis: null });
  });

  it("reads the fused key_value cache of three axes", () => {
    const pair = cache(["batch_size", "past_sequence_length", 32], { name: "past_key_values.0.key_value" });
    expect(cacheOf(pair)).toMatchObject({
      present: "present.0.key_value",
      batchAxis: 0,
      sequenceAxis: 1,
      rowsPerSequence: 1,
    });
  });

  it("reads bloom's batch axis, which holds the heads too", () => {
    const key = cacheOf(cache(["batch_size x num_heads", 16, "past_sequence_length"]), 4);
    expect(key).toMatchObject({ batchAxis: 0, sequenceAxis: 2, rowsPerSequence: 4 });
    const value = cacheOf(cache(["batch_size x num_heads", "past_sequence_length", 16]), 4);
    expect(value).toMatchObject({ batchAxis: 0, sequenceAxis: 1, rowsPerSequence: 4 });
  });

  it("reads a folded axis that says how many heads it has", () => {
    expect(cacheOf(cache(["batch_size*8", 16, "past"])).rowsPerSequence).toBe(8);
    expect(cacheOf(cache(["8xbatch", 16, "past"]), 4).rowsPerSequence).toBe(8);
  });

  it.each(["batch_axis", "max_batch_size", "batch_idx"])("does not take the x of %s for a product", (name) => {
    expect(cacheOf(cache([name, 4, "past", 16]), 4).rowsPerSequence).toBe(1);
  });

  it("reads a float16 cache", () => {
    expect(cacheOf(cache(["batch_size", 2, "past", 16], { type: "float16" })).past.type).toBe("float16");
  });

  it("reads a state of fixed size", () => {
    const state = cacheOf(cache(["batch_size", 64, 3], { name: "past_conv.0", present: "present_conv.0" }));
    expect(state).toMatchObject({ present: "present_conv.0", batchAxis: 0, sequenceAxis: null });
  });

  it.each([
    ["past_key_values.0.key", "present.0.key"],
    ["past_key_values.0.key", "present_key_values.0.key"],
    ["past_0", "present_0"],
    ["cache_k_in", "cache_k_out"],
    ["kv", "kv_out"],
  ])("pairs %s with %s", (name, present) => {
    expect(cacheOf(cache(["batch", 2, "past", 16], { name, present })).present).toBe(present);
  });

  it("pairs by order where names do not tell", () => {
    const dims = ["batch", 2, "past", 16];
    const pairs = [
      cache(dims, { name: "past.a", present: "new_cache.0" }),
      cache(dims, { name: "past.b", present: "new_cache.1" }),
    ];
    expect(signature([inputIds], pairs).cache.map(({ present }) => present)).toEqual(["new_cache.0", "new_cache.1"]);
  });

  it("refuses a cache input that no output belongs to", () => {
    const { past } = cache(["batch", 2, "past", 16]);
    const alone = (): unknown => readSignature(inMemory(decoder({ inputs: [inputIds, past] })), null);
    expect(alone).toThrow(unsupported('no output belongs to its cache input "past_key_values.0.key"'));
  });

  it("refuses a cache with three free axes", () => {
    expect(() => cacheOf(cache(["batch", "heads", "past", 16]))).toThrow(unsupported("[batch, heads, past, 16]"));
  });

  it("refuses folded heads when the config does not count them", () => {
    expect(() => cacheOf(cache(["batch_size x num_heads", 16, "past"]))).toThrow(
      unsupported('the axis "batch_size x num_heads" of "past_key_values.0.key" folds heads into the batch'),
    );
  });

  it("refuses a past that is a number, not a cache", () => {
    const length = tensorValue("past_seq_len", "int32", [1]);
    expect(() => signature([inputIds, length])).toThrow(unsupported('its input "past_seq_len" (int32 [1]) is unknown'));
  });
});

describe("emptyCacheDims", () => {
  it.each([
    [["batch_size", 4, "past", 16], null, [3, 4, 0, 16]],
    [["batch_size x num_heads", 16, "past"], 4, [12, 16, 0]],
    [["batch", "past", 32], null, [3, 0, 32]],
    [["batch", 64, 3], null, [3, 64, 3]],
    [[1, 4, "past", 16], null, [1, 4, 0, 16]],
  ])("of %j with %j heads for three sequences", (dims, heads, expected) => {
    expect(emptyCacheDims(cacheOf(cache(dims), heads), 3)).toEqual(expected);
  });
});

describe("readSignature on a whole graph", () => {
  it("does not care what is inside", () => {
    const built = decoder({ nodes: [node("If", ["use"], ["logits"])], initializers: [zeros("w", "float16", [4, 4])] });
    expect(readSignature(inMemory(built), null).logits.name).toBe("logits");
  });
});
