import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readGraphFacts } from "#core/onnx/graph-facts.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { fp16 } from "#core/quantize/fp16.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { floats, model, node, save, temporaryFolder, value } from "../onnx/build-model.ts";
import { fingerprint } from "../onnx/compare-models.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const QWEN = "test/fixtures/zoo/qwen2/onnx/model.onnx";
const run = (source: string, to: string, recipe: Omit<Recipe, "format"> = {}) =>
  quantizeModel({ source, target: folder.file(to), recipe: { format: "fp16", ...recipe } });

describe("fp16", () => {
  it("clamps as ONNX Runtime does when the recipe does not say, and takes no other option than its own", async () => {
    const plan = (recipe: Recipe) => fp16.plan(readModel(QWEN), recipe).recipe;
    expect(plan({ format: "fp16" })).toEqual({ format: "fp16", clamp: "onnxruntime" });
    expect(plan({ format: "fp16", clamp: "transformers.js" })).toMatchObject({ clamp: "transformers.js" });
    await expect(run(QWEN, "no.onnx", { blockSize: 32 })).rejects.toMatchObject({ code: "SPEC_INVALID" });
  });

  it("stores the bytes that ONNX Runtime's converter stores for the demo model", async () => {
    const { tensors } = JSON.parse(readFileSync("test/fixtures/quantization/float16/demo.json", "utf8")) as {
      tensors: Record<string, string>;
    };
    const { path } = await run("resources/models/demo/onnx/model.onnx", "demo.onnx");
    const made = readModel(path);
    const stored = new Map(made.graph.initializer.map((tensor) => [tensor.name, tensor]));
    for (const [name, sha256] of Object.entries(tensors)) {
      const hash = createHash("sha256").update(readTensor(path, stored.get(name)!));
      expect(hash.digest("hex"), name).toBe(sha256);
    }
    expect(readGraphFacts(made).format).toBe("fp16");
  });

  it("writes half of the bytes, inline or as external data", async () => {
    const { bytes, quantizedTensors } = await run(QWEN, "inline.onnx");
    expect(bytes).toBeLessThan(0.65 * readFileSync(QWEN).length);
    expect([...new Set(quantizedTensors.map(({ bits }) => bits))]).toEqual([16]);
    const options = { source: QWEN, target: folder.file("external.onnx"), inlineLimitBytes: 0 };
    await quantizeModel({ ...options, recipe: { format: "fp16" } });
    expect(fingerprint(folder.file("external.onnx"))).toEqual(fingerprint(folder.file("inline.onnx")));
  });

  it("keeps excluded nodes and their weights in float32, and says so", async () => {
    const { path, skipped } = await run(QWEN, "excluded.onnx", { exclude: ["/model/layers.0/*/MatMul"] });
    expect(skipped).toContainEqual(
      expect.objectContaining({ node: "/model/layers.0/mlp/down_proj/MatMul", reason: "excluded by the recipe" }),
    );
    const kept = readModel(path).graph.initializer.filter(({ dataType }) => dataType === 1);
    expect(kept.length).toBeGreaterThan(0);
  });

  it("refuses a pattern that fits nothing, a model that is half already, and a weight that is not finite", async () => {
    await expect(run(QWEN, "no.onnx", { exclude: ["typo"] })).rejects.toMatchObject({ code: "SPEC_INVALID" });
    await expect(run("test/fixtures/architectures/llama-fp16/onnx/model.onnx", "no.onnx")).rejects.toThrow(
      /float16 already/,
    );
    const nodes = [node("MatMul", ["x", "w"], ["y"])];
    const broken = floats("w", [2, 400], [Infinity, ...Array.from({ length: 799 }, () => 1)]);
    const proto = model({
      nodes,
      initializers: [broken],
      inputs: [value("x", [1, 2])],
      outputs: [value("y", [1, 400])],
    });
    await expect(run(save(proto, folder.file("broken.onnx")), "no.onnx")).rejects.toMatchObject({
      code: "MODEL_CORRUPT",
      details: { tensor: "w" },
    });
  });
});
