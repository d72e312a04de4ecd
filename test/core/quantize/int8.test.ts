import { afterAll, describe, expect, it } from "vitest";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { temporaryFolder } from "../onnx/build-model.ts";
import { describeFile, REFERENCE, sourceOf } from "./dynamic8-reference.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

describe("int8", () => {
  it.each(REFERENCE.files.filter(({ format }) => format === "int8"))(
    "is the file of ONNX Runtime's tool, tensor by tensor and node by node: $model, per channel $perChannel, reduced $reduceRange",
    async ({ model, format, perChannel, reduceRange, tensors, nodes }) => {
      const { path } = await quantizeModel({
        source: sourceOf(model),
        target: folder.file("model_int8.onnx"),
        recipe: { format, perChannel, reduceRange, tiedHead: false },
      });
      expect(describeFile(path)).toEqual({ tensors, nodes });
    },
  );

  it("fills in its defaults: one scale for a weight, the whole range, a tied head", async () => {
    const { recipe } = await quantizeModel({
      source: sourceOf("qwen2"),
      target: folder.file("defaults.onnx"),
      recipe: { format: "int8" },
    });
    expect(recipe).toEqual({ format: "int8", perChannel: false, reduceRange: false, tiedHead: true });
  });

  it("refuses options of other formats", async () => {
    const run = quantizeModel({
      source: sourceOf("qwen2"),
      target: folder.file("none.onnx"),
      recipe: { format: "int8", blockSize: 32 },
    });
    await expect(run).rejects.toMatchObject({ code: "SPEC_INVALID" });
  });
});
