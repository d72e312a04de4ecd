import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { LabError } from "#shared/errors.ts";
import { parseSpec, specSchema } from "#shared/spec.ts";

const least = { schemaVersion: 1, name: "n", model: "m", cells: [{ format: "fp32" }], passes: { forward: {} } };

function refusal(value: unknown): LabError {
  try {
    parseSpec(value, "spec.json");
  } catch (error) {
    return error as LabError;
  }
  throw new Error("was not refused");
}

describe("parseSpec", () => {
  it("fills every default of a pass", () => {
    expect(parseSpec(least)).toEqual({
      schemaVersion: 1,
      name: "n",
      model: "m",
      cells: [{ format: "fp32", provider: "cpu", graph: "exported" }],
      passes: {
        forward: {
          batchSizes: [1, 2, 4, 8, 16, 32],
          sequenceLength: 128,
          warmup: 3,
          minIterations: 10,
          maxIterations: 50,
          minSeconds: 2,
          maxSeconds: 20,
          memoryLaunches: 0,
        },
      },
      depth: "standard",
      launches: 6,
      seed: 0,
    });
    const questions = "q.csv";
    const { passes } = parseSpec({
      ...least,
      passes: { decode: {}, tokens: { questions }, benchmark: { questions }, generate: { prompts: "p.txt" } },
    });
    expect(passes).toEqual({
      decode: { promptTokens: 128, newTokens: 64, batchSizes: [1], depths: [0, 512, 2000] },
      tokens: {
        questions,
        topK: [1, 3, 5, 10, 20],
        chunks: 32,
        chunkTokens: 512,
        positionsPerChunk: 32,
        promptTemplate: "mmlu",
        chatTemplate: false,
        shots: 0,
      },
      benchmark: {
        questions,
        modes: ["loglikelihood", "generate"],
        temperature: 0.1,
        topP: 1,
        maxNewTokens: 16,
        promptTemplate: "mmlu",
        chatTemplate: false,
        shots: 0,
      },
      generate: { prompts: "p.txt", maxNewTokens: 64, temperature: 0.1, topP: 1 },
    });
  });

  it("is the same when what it gave is parsed again", () => {
    const once = parseSpec({ ...least, sample: { limit: 5 }, limits: { cellSeconds: 1.5 } });
    expect(parseSpec(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each([
    ["preview", 2, 0.5, 32],
    ["standard", 6, 2, 64],
    ["thorough", 12, 4, 128],
  ])("fills in the numbers of the depth %s where the spec has none", (depth, launches, minSeconds, newTokens) => {
    const spec = parseSpec({ ...least, depth, passes: { forward: { minIterations: 7 }, decode: {} } });
    expect(spec).toMatchObject({ depth, launches });
    expect(spec.passes.forward).toMatchObject({ minIterations: 7, minSeconds });
    expect(spec.passes.decode).toMatchObject({ newTokens });
  });

  it("sorts batch sizes and takes each once", () => {
    const spec = parseSpec({ ...least, passes: { forward: { batchSizes: [8, 1, 8, 2] } } });
    expect(spec.passes.forward!.batchSizes).toEqual([1, 2, 8]);
  });

  it.each([{ format: "int4" }, { recipe: { format: "int4", blockSize: 64 } }, { file: "onnx/model.onnx" }])(
    "takes the cell %j",
    (cell) => {
      expect(parseSpec({ ...least, cells: [cell] }).cells[0]).toMatchObject(cell);
    },
  );

  it("starts with where the document came from", () => {
    expect(refusal({}).message).toMatch(/^spec\.json: /);
    expect(refusal({}).code).toBe("SPEC_INVALID");
  });

  it.each([
    [
      "a version that is not ours",
      { ...least, schemaVersion: 2 },
      "schemaVersion: this version reads schemaVersion 1 only",
    ],
    ["no version", { ...least, schemaVersion: undefined }, "schemaVersion: this version reads"],
    ["an unknown key", { ...least, pases: {} }, 'the document: unknown key "pases"; allowed are schemaVersion, name'],
    ["a misspelt key, rather than the one that is missing", { ...least, passes: undefined, pases: {} }, '"pases"'],
    ["an unknown pass", { ...least, passes: { decoding: {} } }, 'passes: unknown key "decoding"; allowed are forward'],
    [
      "an unknown key in a pass",
      { ...least, passes: { forward: { batch: 1 } } },
      'passes.forward: unknown key "batch"',
    ],
    ["no pass", { ...least, passes: {} }, "passes: name at least one pass"],
    ["no cell", { ...least, cells: [] }, "cells: "],
    [
      "a cell with format and file",
      { ...least, cells: [{ format: "fp32", file: "a" }] },
      "cells.0: a cell names exactly one of",
    ],
    ["a cell with neither", { ...least, cells: [least.cells[0], {}] }, "cells.1: a cell names exactly one of"],
    ["an unknown format", { ...least, cells: [{ format: "int3" }] }, /cells\.0\.format: .*"fp32"/],
    ["an unknown provider", { ...least, cells: [{ format: "fp32", provider: "tpu" }] }, /cells\.0\.provider: .*"cuda"/],
    [
      "an unknown key in a recipe",
      { ...least, cells: [{ recipe: { format: "int4", block: 1 } }] },
      /cells\.0\.recipe: .*"block"/,
    ],
    ["a batch size of 0", { ...least, passes: { forward: { batchSizes: [1, 0] } } }, "passes.forward.batchSizes.1: "],
    ["half a thread", { ...least, cells: [{ format: "fp32", threads: 0.5 }] }, "cells.0.threads: "],
    ["k above 20", { ...least, passes: { tokens: { questions: "q", topK: [21] } } }, "passes.tokens.topK.0: "],
    [
      "a negative temperature",
      { ...least, passes: { benchmark: { questions: "q", temperature: -1 } } },
      "passes.benchmark.temperature: ",
    ],
    [
      "an unknown mode",
      { ...least, passes: { benchmark: { questions: "q", modes: ["guess"] } } },
      "passes.benchmark.modes.0: ",
    ],
    [
      "prompts that are a number",
      { ...least, passes: { generate: { prompts: 3 } } },
      "passes.generate.prompts: name a text file",
    ],
    ["a seed below 0", { ...least, seed: -1 }, "seed: "],
    ["a limit of 0 seconds", { ...least, limits: { cellSeconds: 0 } }, "limits.cellSeconds: "],
    ["a list", [], "the document: "],
    ["nothing", null, "the document: "],
  ])("refuses %s and names the field", (_, value, message) => {
    const error = refusal(value);
    expect(error.code).toBe("SPEC_INVALID");
    if (typeof message === "string") expect(error.message).toContain(message);
    else expect(error.message).toMatch(message);
  });

  it("lists every problem for programs", () => {
    const { issues } = refusal({ ...least, seed: -1, name: "" }).details as { issues: { path: string }[] };
    expect(issues.map(({ path }) => path).sort()).toEqual(["name", "seed"]);
  });
});

describe("specSchema", () => {
  it("can be written as JSON Schema that forbids unknown keys", () => {
    const schema = z.toJSONSchema(specSchema, { io: "input" });
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(schema.required).toEqual(["schemaVersion", "name", "model", "cells", "passes"]);
  });
});
