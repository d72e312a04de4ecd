import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import type { ModelProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { auditModel } from "#core/quantize/audit.ts";
import { isCopy, tablePairs } from "#core/quantize/graph/copied-tables.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { setExternal } from "#core/onnx/messages.ts";
import { floats, int, ints, model, node, rawTensor, save, temporaryFolder, value } from "../../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const ENTRIES = 150;
const WIDTH = 64;
const table = Float32Array.from({ length: ENTRIES * WIDTH }, (_, i) => Math.sin(i * 0.37));
const turned = table.map((_, i) => table[(i % ENTRIES) * WIDTH + Math.floor(i / ENTRIES)]!);

/** Embedding `e` and a head with this weight, as MatMul, or as Gemm with transB. */
function decoder(head: TensorProto, product: "MatMul" | "Gemm" | "Transpose" = "MatMul"): ModelProto {
  const last =
    product === "Gemm"
      ? [node("Gemm", ["h", "w"], ["logits"], [int("transB", 1)])]
      : product === "Transpose"
        ? [node("Transpose", ["w"], ["t"], [ints("perm", [1, 0])]), node("MatMul", ["h", "t"], ["logits"])]
        : [node("MatMul", ["h", "w"], ["logits"])];
  return model({
    nodes: [node("Gather", ["e", "ids"], ["h"]), ...last],
    initializers: [floats("e", [ENTRIES, WIDTH], [...table]), head],
    inputs: [value("ids")],
    outputs: [value("logits")],
  });
}

function copies(proto: ModelProto, name: string): boolean[] {
  const { graph, path } = readModel(save(proto, folder.file(name)));
  return tablePairs(graph).map((pair) => isCopy(path, pair));
}

describe("a head beside its embedding", () => {
  const same = floats("w", [ENTRIES, WIDTH], [...table]);
  const transpose = floats("w", [WIDTH, ENTRIES], [...turned]);

  it.each([
    ["MatMul", transpose],
    ["Gemm", same],
    ["Transpose", same],
  ] as const)("is recognised as its copy: %s", (product, head) => {
    expect(copies(decoder(head, product), `${product}.onnx`)).toEqual([true]);
  });

  it.each([0, 63, 64 * 20, ENTRIES * WIDTH - 1])("is none where one weight differs: %i", (place) => {
    for (const [product, values] of [
      ["MatMul", turned],
      ["Gemm", table],
    ] as const) {
      const changed = [...values];
      changed[place]! += 1;
      const dims = product === "MatMul" ? [WIDTH, ENTRIES] : [ENTRIES, WIDTH];
      expect(copies(decoder(floats("w", dims, changed), product), `changed-${product}.onnx`)).toEqual([false]);
    }
  });

  it("is none where it has another shape or type, or is the table itself", () => {
    expect(tablePairs(decoder(floats("w", [WIDTH, ENTRIES + 1])).graph!)).toEqual([]);
    const half = rawTensor("w", 10, [WIDTH, ENTRIES], new Uint8Array(2 * ENTRIES * WIDTH));
    expect(tablePairs(decoder(half).graph!)).toEqual([]);
    const tied = decoder(same, "Transpose");
    tied.graph!.node[1]!.input = ["e"];
    expect(tablePairs(tied.graph!)).toEqual([]);
  });

  it("is none where both lie in one place of a file", () => {
    writeFileSync(folder.file("shared.data"), new Uint8Array(table.buffer));
    const shared = decoder(same, "Gemm");
    for (const tensor of shared.graph!.initializer) setExternal(tensor, "shared.data", 0, table.byteLength);
    expect(copies(shared, "shared.onnx")).toEqual([false]);
  });

  it("is said by the audit as a possibility, and by quantizing as what it is", async () => {
    const source = save(decoder(transpose), folder.file("model.onnx"));
    expect(auditModel(readModel(source), "logits").warnings.join()).toContain("in a model with tied embeddings");
    const recipe = { format: "int4" } as const;
    const { warnings } = await quantizeModel({ source, target: folder.file("q4.onnx"), recipe });
    expect(warnings).toEqual([expect.stringMatching(/"w" .* is a copy of the embedding "e"/)]);
    const untied = save(decoder(floats("w", [WIDTH, ENTRIES])), folder.file("untied.onnx"));
    expect((await quantizeModel({ source: untied, target: folder.file("u4.onnx"), recipe })).warnings).toEqual([]);
  });
});
