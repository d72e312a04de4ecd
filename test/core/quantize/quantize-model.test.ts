import { existsSync, readdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { floats, model, node, rawTensor, save, temporaryFolder } from "../onnx/build-model.ts";
import { fingerprint } from "../onnx/compare-models.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const source = (name: string): string => `test/fixtures/zoo/${name}/onnx/model.onnx`;
const run = (from: string, to: string, recipe: Recipe) =>
  quantizeModel({ source: from, target: folder.file(to), recipe });

describe("quantizeModel", () => {
  it.each(["llama", "qwen2", "gpt2", "phi3", "opt"])("makes int4 and w8 of %s, smaller each time", async (name) => {
    const { bytes: w8 } = await run(source(name), `${name}_w8.onnx`, { format: "w8" });
    const { bytes: int4, quantizedTensors, path } = await run(source(name), `${name}_q4.onnx`, { format: "int4" });
    expect(int4).toBeLessThan(w8);
    const nodes = readModel(path).graph.node.filter(({ opType }) => opType === "MatMulNBits");
    expect(nodes).toHaveLength(quantizedTensors.length);
  });

  it("does not touch the other weights", async () => {
    const { path } = await run(source("qwen2"), "untouched.onnx", { format: "int4" });
    const before = new Map(fingerprint(source("qwen2")).tensors.map((tensor) => [tensor.name, tensor.hex]));
    const kept = fingerprint(path).tensors.filter(({ name }) => before.has(name) && name !== "");
    expect(kept).toHaveLength(4);
    for (const { name, hex } of kept) expect(hex).toBe(before.get(name));
  });

  it("writes the same tensors inline and as external data", async () => {
    await run(source("phi3"), "inline.onnx", { format: "int4", symmetric: false });
    const options = { source: source("phi3"), target: folder.file("external.onnx"), inlineLimitBytes: 0 };
    const { files } = await quantizeModel({ ...options, recipe: { format: "int4", symmetric: false } });
    expect(files).toHaveLength(2);
    expect(fingerprint(folder.file("external.onnx"))).toEqual(fingerprint(folder.file("inline.onnx")));
  });

  it("stores codes that decode to the weights within one step", async () => {
    const { path } = await run(source("llama"), "decode.onnx", { format: "w8" });
    const [before, after] = [readModel(source("llama")), readModel(path)];
    const read = (from: typeof before, name: string) =>
      readTensor(
        from.path,
        from.graph.initializer.find((t) => t.name === name)!,
      );
    const weights = new Float32Array(read(before, "onnx::MatMul_733").buffer);
    const codes = read(after, "onnx::MatMul_733_Q8");
    const scales = new Float32Array(read(after, "onnx::MatMul_733_scales").buffer);
    for (let k = 0; k < 64; k++) {
      for (let n = 0; n < 64; n++) {
        const scale = scales[n * 2 + Math.floor(k / 32)]!;
        const error = weights[k * 64 + n]! - (codes[n * 64 + k]! - 128) * scale;
        expect(Math.abs(error)).toBeLessThanOrEqual(Math.abs(scale) * 1.001);
      }
    }
  });

  it("reports the recipe with its defaults and what was left out", async () => {
    const result = await run(source("qwen2"), "recipe.onnx", { format: "int4", exclude: ["/lm_head/MatMul"] });
    expect(result.recipe).toMatchObject({ blockSize: 32, symmetric: true, accuracyLevel: 0 });
    expect(result.skipped).toMatchObject([{ node: "/lm_head/MatMul", reason: "excluded by the recipe" }]);
  });

  it("refuses a model that is quantized already", async () => {
    const { path } = await run(source("llama"), "once.onnx", { format: "int4" });
    await expect(run(path, "twice.onnx", { format: "w8" })).rejects.toMatchObject({ code: "FORMAT_UNSUPPORTED" });
    expect(existsSync(folder.file("twice.onnx"))).toBe(false);
  });

  it("refuses a model with nothing to quantize, and says why", async () => {
    const path = save(
      model({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [floats("w", [2, 3, 4])] }),
      folder.file("stack.onnx"),
    );
    await expect(run(path, "none.onnx", { format: "int4" })).rejects.toThrow(
      /"\/y" stays \(its weight has the shape \[2, 3, 4\]\)/,
    );
    const plain = save(model({ nodes: [node("Relu", ["x"], ["y"])] }), folder.file("plain.onnx"));
    await expect(run(plain, "none.onnx", { format: "int4" })).rejects.toMatchObject({ code: "FORMAT_UNSUPPORTED" });
  });

  it("refuses NaN weights by name and leaves no file", async () => {
    const weights = Array.from({ length: 512 }, (_, i) => (i === 300 ? NaN : i));
    const path = save(
      model({ nodes: [node("MatMul", ["x", "bad"], ["y"])], initializers: [floats("bad", [32, 16], weights)] }),
      folder.file("nan.onnx"),
    );
    const before = readdirSync(folder.path);
    await expect(run(path, "nan_q4.onnx", { format: "int4" })).rejects.toMatchObject({
      code: "MODEL_CORRUPT",
      details: { tensor: "bad" },
    });
    expect(readdirSync(folder.path)).toEqual(before);
  });

  it("refuses infinite halves by name", async () => {
    const data = new Uint8Array(Uint16Array.from({ length: 512 }, () => 0x7c00).buffer);
    const path = save(
      model({ nodes: [node("MatMul", ["x", "h"], ["y"])], initializers: [rawTensor("h", 10, [32, 16], data)] }),
      folder.file("inf.onnx"),
    );
    await expect(run(path, "inf_q4.onnx", { format: "int4" })).rejects.toMatchObject({ details: { tensor: "h" } });
  });

  it("refuses a recipe it cannot follow before it reads the model", async () => {
    await expect(run("nowhere.onnx", "x.onnx", { format: "fp32" })).rejects.toMatchObject({
      code: "FORMAT_UNSUPPORTED",
    });
    await expect(run("nowhere.onnx", "x.onnx", { format: "int4", blockSize: 48 as 16 })).rejects.toMatchObject({
      code: "SPEC_INVALID",
    });
    await expect(run("nowhere.onnx", "x.onnx", { format: "int4" })).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  });
});
