import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import { auditModel } from "#core/quantize/audit.ts";
import { leftWords } from "#core/quantize/graph/left-in-float.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { contrib, tensorValue } from "../../../helpers/onnx-builder.ts";
import { floats, model, node, save, temporaryFolder } from "../../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

describe("what is left in float", () => {
  const source = save(
    model({
      nodes: [
        node("Gather", ["table", "ids"], ["x"]),
        contrib("FusedMatMul", ["x", "up"], ["a"], { transB: 1 }),
        node("Add", ["a", "bias"], ["b"]),
        node("MatMul", ["b", "down"], ["c"]),
        node("MatMul", ["c", "head"], ["y"]),
      ],
      initializers: [
        ...[floats("table", [128, 64]), floats("up", [64, 64]), floats("bias", [64])],
        ...[floats("down", [64, 64]), floats("head", [64, 128])],
      ],
      inputs: [tensorValue("ids", "int64", ["n"])],
      outputs: [tensorValue("y", "float32", ["n", 128])],
    }),
    folder.file("source.onnx"),
  );

  it.each<[Recipe, [string, string, number][]]>([
    [{ format: "int4" }, [["table", "an embedding table, which the recipe leaves", 32768]]],
    [{ format: "int4", embeddings: true }, []],
    [
      { format: "w8", exclude: ["*down*", "/c"] },
      [
        ["down", "excluded by the recipe", 16384],
        ["table", "an embedding table, which the recipe leaves", 32768],
      ],
    ],
    [{ format: "nf4" }, [["table", "an embedding table, which nf4 leaves", 32768]]],
    [{ format: "int8" }, []],
    [{ format: "int4f16" }, [["table", "an embedding table, which the recipe leaves", 16384]]],
    [
      { format: "mixed", layers: { "/c": { format: "fp32" } } },
      [
        ["down", "excluded by the recipe", 16384],
        ["table", "an embedding table, which mixed leaves", 32768],
      ],
    ],
  ])("is named in the sidecar, whatever uses it: %o", async (recipe, others) => {
    const target = folder.file("made.onnx");
    const { sidecar, skipped } = await quantizeModel({ source, target, recipe, threads: 1 });
    const half = recipe.format === "int4f16";
    const up = ["up", "FusedMatMul is left as it is", half ? 8192 : 16384];
    const words = skipped.map(({ weight, reason, bytes }) => [weight, reason, bytes]);
    expect(words.toSorted()).toEqual([...others, up].toSorted());
    const written = JSON.parse(readFileSync(sidecar, "utf8")) as { skipped: unknown; vectors: unknown };
    expect(written.skipped).toEqual(skipped);
    expect(written.vectors).toEqual({ count: 1, bytes: half ? 128 : 256 });

    const found = auditModel(readModel(target), "y");
    expect(found.leftInFloat.weights.map(({ weight, bytes }) => [weight, bytes]).toSorted()).toEqual(
      [...others, up].map(([weight, , bytes]) => [weight, bytes]).toSorted(),
    );
  });

  it("is said of a float16 file where it is float32", async () => {
    const target = folder.file("half.onnx");
    const { skipped } = await quantizeModel({
      source,
      target,
      recipe: { format: "fp16", exclude: ["/c"] },
      threads: 1,
    });
    expect(skipped).toEqual([{ node: "/c", weight: "down", reason: "excluded by the recipe", bytes: 16384 }]);
  });

  it("is one sentence for people, the largest first", async () => {
    const target = folder.file("made.onnx");
    await quantizeModel({ source, target, recipe: { format: "int4" }, threads: 1 });
    expect(auditModel(readModel(target), "y").warnings).toContain(
      "left in float: embedding /x (32,768 bytes), /FusedMatMul (16,384 bytes), 1 vector (256 bytes)",
    );
    expect(auditModel(readModel(source), "y").warnings.join()).not.toContain("left in float");
  });

  it("sums up what would make the sentence long", () => {
    const weights = Array.from({ length: 9 }, (_, index) => ({
      ...{ node: `/n${index}`, weight: `w${index}`, operator: "Conv", lookup: false },
      bytes: 100 * (index + 1),
    }));
    expect(leftWords({ weights, vectors: { count: 0, bytes: 0 } })).toMatch(
      /^left in float: \/n8 .*, 3 more weights \(600 bytes\)$/,
    );
    expect(leftWords({ weights: [], vectors: { count: 3, bytes: 768 } })).toBeNull();
  });
});
