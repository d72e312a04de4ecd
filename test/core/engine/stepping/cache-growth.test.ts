import { describe, expect, it } from "vitest";
import { readCacheGrowth } from "#core/engine/stepping/cache-growth.ts";
import { readSignature } from "#core/models/decoder-signature.ts";
import type { NodeProto, ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import { int, node } from "../../onnx/build-model.ts";
import {
  cache,
  contrib,
  decoder,
  inMemory,
  inputIds,
  logits,
  mask,
  tensorValue,
} from "../../../helpers/onnx-builder.ts";

const PAST = "past_key_values.0.key";
const PRESENT = "present.0.key";
const DIMS = ["batch_size", 2, "past_sequence_length", 8];
const head = node("MatMul", ["x", "w"], ["logits"]);
const made = node("Relu", ["k"], ["new"]);

function growth(nodes: NodeProto[], inputs: ValueInfoProto[] = [inputIds, mask], dims: (number | string)[] = DIMS) {
  const entry = cache(dims);
  const model = inMemory(
    decoder({ nodes: [head, made, ...nodes], inputs: [...inputs, entry.past], outputs: [logits, entry.present] }),
  );
  return readCacheGrowth(model, readSignature(model, null));
}

const concat = (inputs: string[], axis: number, output = PRESENT): NodeProto =>
  node("Concat", inputs, [output], [int("axis", axis)]);
const attention = (past: string): NodeProto =>
  contrib("GroupQueryAttention", ["q", "k", "v", past, "pv", "s", "t"], ["y", PRESENT, "z"]);

describe("readCacheGrowth", () => {
  it("finds what joins the past, whichever way the axis is counted", () => {
    const expected = { by: "concat", news: [{ name: "new", convertedTo: null }] };
    expect(growth([concat([PAST, "new"], 2)])).toEqual(expected);
    expect(growth([concat([PAST, "new"], -2)])).toEqual(expected);
  });

  it("sees through a cache that is converted on the way in and out", () => {
    const nodes = [
      node("Cast", [PAST], ["half"], [int("to", 10)]),
      concat(["half", "new"], 2, "joined"),
      node("Cast", ["joined"], [PRESENT]),
    ];
    expect(growth(nodes)).toEqual({ by: "concat", news: [{ name: "new", convertedTo: 10 }] });
  });

  it("finds GroupQueryAttention, also where the length of its past is read", () => {
    expect(growth([attention(PAST)])).toEqual({ by: "attention" });
    expect(growth([attention(PAST), node("Shape", [PAST], ["shape"])])).toEqual({ by: "attention" });
  });

  it.each([
    ["the past behind what is new", [concat(["new", PAST], 2)]],
    ["another axis", [concat([PAST, "new"], 1)]],
    ["three parts", [concat([PAST, "new", "new"], 2)]],
    ["another past", [concat(["other", "new"], 2)]],
    ["an input as what is new", [concat([PAST, "input_ids"], 2)]],
    ["a conversion on the way out only", [concat([PAST, "new"], 2, "joined"), node("Cast", ["joined"], [PRESENT])]],
    ["another operator", [node("ScatterND", [PAST, "i", "new"], [PRESENT])]],
    ["attention over another past", [attention("other")]],
    ["a past that attention does not have alone", [attention(PAST), node("Relu", [PAST], ["r"])]],
  ])("refuses %s", (_, nodes) => {
    expect(growth(nodes)).toMatch(/^its cache output "present.0.key" is made by \w+, not by joining/);
  });

  it.each([
    ["no mask", [inputIds], DIMS, "no attention_mask"],
    ["cache_position", [inputIds, mask, tensorValue("cache_position", "int64", ["n"])], DIMS, "a cache_position"],
    ["a state of fixed size", [inputIds, mask], ["batch_size", 2, 4], "is no float tensor that grows"],
  ])("refuses a graph with %s", (_, inputs, dims, why) => {
    expect(growth([concat([PAST, "new"], 2)], inputs, dims)).toContain(why);
  });

  it("refuses a graph without a cache", () => {
    const model = inMemory(decoder({}));
    expect(readCacheGrowth(model, readSignature(model, null))).toBe("the graph has no cache");
  });
});
