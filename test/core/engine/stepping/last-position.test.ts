import { describe, expect, it } from "vitest";
import { keepLastPosition } from "#core/engine/stepping/last-position.ts";
import { readSignature } from "#core/models/decoder-signature.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { node } from "../../onnx/build-model.ts";
import {
  contrib,
  decoder,
  inMemory,
  inputIds,
  logits,
  mask,
  tensorValue,
  zeros,
} from "../../../helpers/onnx-builder.ts";

/** A decoder whose head is these nodes behind the hidden states "x". */
function headed(nodes: NodeProto[], initializers = [zeros("w", "float32", [16, 50])]): OnnxModel {
  return inMemory(decoder({ nodes: [node("Gather", ["table", "input_ids"], ["x"]), ...nodes], initializers }));
}

const keep = (model: OnnxModel): boolean => keepLastPosition(model, readSignature(model, null));
const head = ({ graph }: OnnxModel): NodeProto => graph.node.find(({ opType }) => opType.includes("MatMul"))!;

describe("keepLastPosition", () => {
  it("gives the head the last position only", () => {
    const model = headed([node("MatMul", ["x", "w"], ["logits"])]);
    expect(keep(model)).toBe(true);
    const slice = model.graph.node.at(-1)!;
    expect(slice).toMatchObject({ opType: "Slice" });
    expect(slice.input[0]).toBe("x");
    expect(head(model).input).toEqual([slice.output[0], "w"]);
  });

  it.each([
    [
      "a bias and a cast",
      [node("MatMul", ["x", "w"], ["a"]), node("Add", ["a", "b"], ["c"]), node("Cast", ["c"], ["logits"])],
    ],
    [
      "soft capping",
      [node("MatMul", ["x", "w"], ["a"]), node("Div", ["a", "cap"], ["c"]), node("Tanh", ["c"], ["logits"])],
    ],
    ["a tied head", [node("Transpose", ["tied"], ["t"]), node("MatMul", ["x", "t"], ["logits"])]],
    ["4-bit blocks", [contrib("MatMulNBits", ["x", "w", "s"], ["logits"])]],
  ])("sees through %s", (_, nodes) => {
    const constants = [zeros("b", "float32", [50]), zeros("cap", "float32", []), zeros("tied", "float32", [50, 16])];
    const model = headed(nodes, [zeros("w", "float32", [16, 50]), ...constants]);
    expect(keep(model)).toBe(true);
    expect(head(model).input[0]).toBe("quantscope_last_position");
  });

  it.each([
    ["a head quantized at run time", [node("MatMulInteger", ["x", "w"], ["logits"])]],
    ["a weight that is computed", [node("MatMul", ["x", "x"], ["logits"])]],
    ["a weight of three axes", [node("MatMul", ["x", "w3"], ["logits"])]],
    [
      "a normalization behind the head",
      [node("MatMul", ["x", "w"], ["a"]), node("LayerNormalization", ["a"], ["logits"])],
    ],
    ["a sum over positions", [node("MatMul", ["x", "w"], ["a"]), node("Add", ["a", "w3"], ["logits"])]],
    [
      "logits that are read again",
      [node("MatMul", ["x", "w"], ["a"]), node("Cast", ["a"], ["logits"]), node("Neg", ["a"], ["z"])],
    ],
  ])("leaves all positions to %s", (_, nodes) => {
    const model = headed(nodes, [zeros("w", "float32", [16, 50]), zeros("w3", "float32", [1, 16, 50])]);
    const before = model.graph.node.length;
    expect(keep(model)).toBe(false);
    expect(model.graph.node).toHaveLength(before);
  });

  it("leaves it to the export's own input", () => {
    const count = tensorValue("num_logits_to_keep", "int64", []);
    const model = inMemory(decoder({ inputs: [inputIds, mask, count], outputs: [logits] }));
    expect(keep(model)).toBe(false);
  });
});
