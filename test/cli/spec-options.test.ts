import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { LabError } from "#shared/errors.ts";
import { refuseOptionsBeside, type SpecOptions, specFromFile, specFromOptions } from "../../src/cli/spec-options.ts";
import { parseInteger } from "../../src/cli/parse-integer.ts";
import { scratchDir } from "../helpers/lab.ts";

const refusal = (call: () => unknown): LabError => {
  try {
    call();
  } catch (error) {
    return error as LabError;
  }
  throw new Error("was not refused");
};

const least: SpecOptions = { model: "models/smollm2/", cells: "fp32,int4" };

describe("specFromOptions", () => {
  it("makes a spec: absolute paths, cells with their provider, a name", () => {
    const spec = specFromOptions({ ...least, cells: "fp32, int4@cuda", threads: "2" });
    expect(spec.model).toBe(resolve("models/smollm2"));
    expect(spec.name).toBe("smollm2: fp32, int4@cuda");
    expect(spec.cells).toEqual([
      { format: "fp32", provider: "cpu", threads: 2, graph: "exported" },
      { format: "int4", provider: "cuda", threads: 2, graph: "exported" },
    ]);
  });

  it("runs the passes that have their input", () => {
    const passes = (options: SpecOptions): string[] => Object.keys(specFromOptions({ ...least, ...options }).passes);
    expect(passes({})).toEqual(["forward", "decode", "generate"]);
    expect(passes({ questions: "q.csv" })).toEqual(["forward", "decode", "tokens", "benchmark", "generate"]);
    expect(passes({ texts: "t.txt" })).toEqual(["forward", "decode", "tokens", "generate"]);
    expect(passes({ questions: "q.csv", passes: "tokens" })).toEqual(["tokens"]);
  });

  it("takes the bundled prompts where none are named", () => {
    const { generate } = specFromOptions(least).passes;
    expect(existsSync(generate!.prompts as string)).toBe(true);
  });

  it("passes numbers on", () => {
    const spec = specFromOptions({ ...least, batchSizes: "4,1", sequenceLength: "64", limit: "10", seed: "7" });
    expect(spec.passes.forward).toMatchObject({ batchSizes: [1, 4], sequenceLength: 64 });
    expect(spec).toMatchObject({ sample: { limit: 10, seed: 7 }, seed: 7 });
  });

  it("takes the numbers of a depth, and those that are given before them", () => {
    const preview = specFromOptions({
      ...least,
      depth: "preview",
      launches: "3",
      decodeDepths: "16,0",
      decodeBatchSizes: "8,1",
    });
    expect(preview).toMatchObject({ depth: "preview", launches: 3 });
    expect(preview.passes.forward).toMatchObject({ minIterations: 5, minSeconds: 0.5 });
    expect(preview.passes.decode).toMatchObject({ depths: [0, 16], batchSizes: [1, 8], newTokens: 32 });
  });

  it.each<[SpecOptions, RegExp]>([
    [{}, /Name a spec file, or --model DIR with --cells/],
    [{ model: "m" }, /Name a spec file/],
    [{ ...least, cells: "fp32,int3" }, /--cells: "int3" names no format; there are fp32, fp16/],
    [{ ...least, cells: "fp32," }, /--cells: "" names no format/],
    [{ ...least, cells: "fp32@tpu" }, /--cells: "fp32@tpu" names no provider; there are cpu, cuda/],
    [{ ...least, cells: "fp32@cpu@cuda" }, /names no format/],
    [{ ...least, passes: "forward,prefill" }, /--passes: there is no pass "prefill"; there are forward, decode/],
    [{ ...least, passes: "tokens" }, /The pass tokens needs questions or texts: --questions FILE, --texts FILE/],
    [{ ...least, passes: "benchmark", texts: "t" }, /The pass benchmark needs questions: --questions FILE/],
    [{ ...least, depth: "deep" }, /command line: depth: .*"preview"\|"standard"\|"thorough"/],
    [{ ...least, graph: "folded" }, /command line: cells\.0\.graph: .*"exported"\|"fused"/],
    [{ ...least, launches: "0" }, /command line: launches/],
    [{ ...least, decodeDepths: "0,deep" }, /--decode-depths: "deep" is not a whole number/],
    [{ ...least, limit: "many" }, /--limit: "many" is not a whole number/],
    [{ ...least, limit: "0" }, /command line: sample\.limit/],
    [{ ...least, seed: "-1" }, /--seed: "-1" is not a whole number/],
    [{ ...least, threads: "1.5" }, /--threads: "1\.5" is not a whole number/],
    [{ ...least, batchSizes: "1,x" }, /--batch-sizes: "x" is not a whole number/],
    [{ ...least, batchSizes: "0" }, /command line: passes\.forward\.batchSizes\.0/],
  ])("refuses %j", (options, message) => {
    const error = refusal(() => specFromOptions(options));
    expect(error.code).toBe("SPEC_INVALID");
    expect(error.message).toMatch(message);
  });
});

describe("specFromFile", () => {
  const file = (text: string): string => {
    const path = join(scratchDir(), "spec.json");
    writeFileSync(path, text);
    return path;
  };

  it("reads a spec and fills its defaults", () => {
    const spec = { schemaVersion: 1, name: "n", model: "m", cells: [{ format: "fp32" }], passes: { forward: {} } };
    expect(specFromFile(file(JSON.stringify(spec)))).toMatchObject({ name: "n", seed: 0 });
  });

  it.each([
    ["no JSON", "{", /spec\.json is not valid JSON/],
    ["a wrong field", '{"schemaVersion":1}', /spec\.json: name: /],
  ])("refuses %s and names the file", (_, text, message) => {
    const error = refusal(() => specFromFile(file(text)));
    expect(error).toMatchObject({ code: "SPEC_INVALID" });
    expect(error.message).toMatch(message);
  });

  it("refuses a file that is not there", () => {
    expect(refusal(() => specFromFile(join(scratchDir(), "no.json"))).message).toMatch(/no\.json cannot be read/);
  });
});

describe("refuseOptionsBeside", () => {
  it("lets a spec file stand alone, with a data folder", () => {
    expect(() => {
      refuseOptionsBeside("a spec file", { home: "x" });
    }).not.toThrow();
  });

  it("names every option that would be ignored, as it is typed", () => {
    const error = refusal(() => {
      refuseOptionsBeside("a spec file", { cells: "int4", batchSizes: "1" });
    });
    expect(error.message).toBe("--cells, --batch-sizes cannot be given beside a spec file, which says it already.");
  });
});

describe("parseInteger", () => {
  it("reads digits", () => {
    expect([parseInteger("--n", "0"), parseInteger("--n", " 42 ")]).toEqual([0, 42]);
  });

  it.each(["", "1e3", "-1", "1.0", "0x10", "9007199254740993"])("refuses %j", (text) => {
    expect(refusal(() => parseInteger("--n", text))).toMatchObject({ code: "SPEC_INVALID" });
  });
});
