import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import { absolutePaths } from "#core/runs/absolute-paths.ts";

const base = resolve("/lab");
const make = (extra: Partial<SpecInput>) =>
  parseSpec({
    schemaVersion: 1,
    name: "n",
    model: "models/m",
    cells: [{ format: "fp32" }, { file: "onnx/a.onnx" }, { file: join(base, "b.onnx") }],
    passes: { tokens: { questions: "q.csv" }, benchmark: { questions: "q.csv" }, generate: { prompts: "p.txt" } },
    ...extra,
  });

describe("absolutePaths", () => {
  it("puts every path below the base, a cell's file below the model", () => {
    const { model, cells, passes } = absolutePaths(make({}), base);
    expect(model).toBe(join(base, "models", "m"));
    expect(cells.map(({ file }) => file)).toEqual([
      undefined,
      join(base, "models", "m", "onnx", "a.onnx"),
      join(base, "b.onnx"),
    ]);
    expect([passes.tokens!.questions, passes.benchmark!.questions]).toEqual([join(base, "q.csv"), join(base, "q.csv")]);
    expect(passes.generate!.prompts).toBe(join(base, "p.txt"));
  });

  it("changes nothing a second time, from anywhere", () => {
    const once = absolutePaths(make({}), base);
    expect(absolutePaths(once, resolve("/elsewhere"))).toEqual(once);
  });

  it("leaves prompts that are texts, and passes that are not asked for", () => {
    const spec = make({ passes: { generate: { prompts: ["one", "two"] } } });
    expect(absolutePaths(spec, base).passes).toEqual(spec.passes);
  });
});
