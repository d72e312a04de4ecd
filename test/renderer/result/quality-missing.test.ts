import { describe, expect, it } from "vitest";
import { qualityMissing } from "../../../src/renderer/views/result/quality-missing.ts";
import { parseSpec, type SpecInput } from "#shared/spec.ts";

const spec = (passes: SpecInput["passes"]): ReturnType<typeof parseSpec> =>
  parseSpec({ schemaVersion: 1, name: "x", model: "m", cells: [{ format: "fp32" }], passes });
const cost = spec({ forward: {} });
const asks = spec({ forward: {}, benchmark: { questions: "q.csv" } });

describe("qualityMissing", () => {
  it.each([
    ["No questions were asked", cost, "done"],
    ["No questions were asked", cost, "cancelled"],
    ["No question is answered yet", asks, "running"],
    ["No question was answered", asks, "cancelled"],
    ["No question was answered", asks, "failed"],
    ["No question was answered", spec({ tokens: { questions: "q.csv" } }), "cancelled"],
  ] as const)("says %s", (title, asked, status) => {
    expect(qualityMissing({ spec: asked, status }).title).toBe(title);
  });
});
