import { afterAll, describe, expect, it } from "vitest";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { temporaryFolder } from "../../onnx/build-model.ts";
import { describeFile, REFERENCE, sourceOf } from "./dynamic8-reference.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

describe.each(["int8", "uint8"] as const)("%s", (format) => {
  const files = REFERENCE.files.filter((each) => each.format === format);

  it("has files of ONNX Runtime's tool to be compared with", () => {
    expect(files.length).toBeGreaterThan(5);
  });

  it.each(files)(
    "is the file of ONNX Runtime's tool, tensor by tensor and node by node: $model, per channel $perChannel, reduced $reduceRange",
    async ({ model, perChannel, reduceRange, tensors, nodes }) => {
      const { path } = await quantizeModel({
        source: sourceOf(model),
        target: folder.file(`model_${format}.onnx`),
        recipe: { format, perChannel, reduceRange, tiedHead: false },
      });
      expect(describeFile(path)).toEqual({ tensors, nodes });
    },
  );

  it("fills in its defaults: one scale for a weight, the whole range, a tied head", async () => {
    const target = folder.file(`defaults-${format}.onnx`);
    const { recipe } = await quantizeModel({ source: sourceOf("qwen2"), target, recipe: { format } });
    expect(recipe).toEqual({ format, perChannel: false, reduceRange: false, tiedHead: true });
  });

  it("refuses options of other formats", async () => {
    const target = folder.file(`none-${format}.onnx`);
    const run = quantizeModel({ source: sourceOf("qwen2"), target, recipe: { format, blockSize: 32 } });
    await expect(run).rejects.toMatchObject({ code: "SPEC_INVALID" });
  });
});
