import { describe, expect, it } from "vitest";
import { needsWholeSequences } from "#core/measure/whole-sequences.ts";
import type { CacheEntry } from "#core/models/decoder-signature.ts";

const entry = (sequenceAxis: number | null): CacheEntry => ({
  past: { name: "past", type: "float32", dims: [] },
  present: "present",
  sequenceAxis,
  batchAxis: 0,
  rowsPerSequence: 1,
});
const plain = { dynamicQuantization: false, accuracyLevel: 0, format: "int4" } as const;

describe("needsWholeSequences", () => {
  it("is false where a row is computed alike in any company", () => {
    expect(needsWholeSequences(plain, { cache: [entry(2)] })).toBe(false);
    expect(needsWholeSequences({ ...plain, accuracyLevel: null }, { cache: [] })).toBe(false);
  });

  it.each([
    ["activations rounded by the tensor", { dynamicQuantization: true }],
    ["accuracy level 4", { accuracyLevel: 4 }],
    ["layers of several formats", { format: "mixed" as const }],
  ])("is true for %s", (_, facts) => {
    expect(needsWholeSequences({ ...plain, ...facts }, { cache: [entry(2)] })).toBe(true);
  });

  it("is true for states that cannot be taken back", () => {
    expect(needsWholeSequences(plain, { cache: [entry(2), entry(null)] })).toBe(true);
  });
});
