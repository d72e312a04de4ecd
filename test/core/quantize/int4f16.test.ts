import { afterAll, describe, expect, it } from "vitest";
import { readGraphFacts } from "#core/onnx/graph-facts.ts";
import { type OnnxModel, readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { toHalf } from "#core/quantize/weights/half.ts";
import { int4f16 } from "#core/quantize/int4f16.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { temporaryFolder } from "../onnx/build-model.ts";
import { fingerprint } from "../onnx/compare-models.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const QWEN = "test/fixtures/zoo/qwen2/onnx/model.onnx";
const run = (source: string, to: string, recipe: Recipe) => quantizeModel({ source, target: folder.file(to), recipe });
const read = ({ path, graph }: OnnxModel, name: string) =>
  readTensor(
    path,
    graph.initializer.find((tensor) => tensor.name === name)!,
  );

describe("int4f16", () => {
  it("has the defaults and the options of both", () => {
    expect(int4f16.plan(readModel(QWEN), { format: "int4f16" }).recipe).toMatchObject({
      format: "int4f16",
      blockSize: 32,
      symmetric: true,
      accuracyLevel: 0,
      clamp: "onnxruntime",
    });
    expect(int4f16.options).toEqual(expect.arrayContaining(["blockSize", "symmetric", "clamp", "exclude"]));
  });

  it("has int4's codes, chosen with float32 scales, and those scales as half", async () => {
    const int4 = readModel((await run(QWEN, "int4.onnx", { format: "int4", symmetric: false })).path);
    const both = readModel((await run(QWEN, "both.onnx", { format: "int4f16", symmetric: false })).path);
    const scales = int4.graph.initializer.filter(({ name }) => name.endsWith("_scales"));
    expect(scales.length).toBeGreaterThan(0);
    for (const { name } of scales) {
      const floats = new Float32Array(read(int4, name).buffer);
      expect([...new Uint16Array(read(both, name).buffer)]).toEqual(Array.from(floats, toHalf));
      for (const other of ["_Q4", "_zero_points"].map((suffix) => name.replace("_scales", suffix))) {
        expect(read(both, other)).toEqual(read(int4, other));
      }
    }
    expect(readGraphFacts(both).format).toBe("int4f16");
  });

  it("quantizes a tied head from the float32 embedding, which becomes half", async () => {
    const source = "resources/models/demo/onnx/model.onnx";
    const both = await run(source, "demo.onnx", { format: "int4f16" });
    const { path } = await run(source, "demo-int4.onnx", { format: "int4" });
    const codes = (file: string) => fingerprint(file).tensors.filter(({ name }) => name.endsWith("_Q4"));
    expect(codes(both.path)).toEqual(codes(path));
    expect(both.quantizedTensors.map(({ bits }) => bits)).toEqual(expect.arrayContaining([4, 16]));
  });

  it("makes what is excluded from the blocks half", async () => {
    const { path } = await run(QWEN, "excluded.onnx", { format: "int4f16", exclude: ["/lm_head/MatMul"] });
    expect(readModel(path).graph.initializer.filter(({ dataType }) => dataType === 1)).toEqual([]);
  });

  it("leaves the rest of a model that is half already as it is", async () => {
    const source = "test/fixtures/architectures/llama-fp16/onnx/model.onnx";
    const both = await run(source, "half.onnx", { format: "int4f16" });
    const { path } = await run(source, "half-int4.onnx", { format: "int4" });
    expect(fingerprint(both.path)).toEqual(fingerprint(path));
  });

  it("says so where there is nothing for the blocks", async () => {
    const recipe: Recipe = { format: "int4f16", exclude: ["*"] };
    await expect(run(QWEN, "none.onnx", recipe)).rejects.toMatchObject({ code: "FORMAT_UNSUPPORTED" });
  });
});
