import { describe, expect, it } from "vitest";
import { skippedNotes } from "#shared/tables/skipped-notes.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import type { CellResult } from "#shared/results.ts";
import { fp32, int4, stored } from "../compare/cells.ts";

const notes = (...cells: CellResult[]): string[] => skippedNotes(buildResults(stored(cells)));
const [row] = fp32().forward;
const skipped = (batchSize: number, reason: string | null): CellResult["forward"][number] => ({
  ...row!,
  batchSize,
  skipped: reason,
});

describe("skippedNotes", () => {
  it("says nothing where everything was run", () => {
    expect(notes(fp32(), int4())).toEqual([]);
  });

  it("names cell, batch sizes and reason, one sentence a reason", () => {
    const one = "not run: the model was exported for one sequence at a time";
    const large = "not run: its logits need 9,000 MiB, 100 MiB may be used";
    const forward = [skipped(1, null), skipped(2, one), skipped(8, one), skipped(32, large)];
    expect(notes(fp32({ forward }))).toEqual([`fp32@cpu, batch 2, 8: ${one}.`, `fp32@cpu, batch 32: ${large}.`]);
  });

  it("says why a cell that is done has no running text, and nothing of one that failed before", () => {
    const results = buildResults(stored([fp32({ texts: [] })]));
    const tokens = { ...results.run.spec.passes.tokens!, texts: "text.txt" };
    const spec = { ...results.run.spec, passes: { ...results.run.spec.passes, tokens } };
    const asked = { ...results, run: { ...results.run, spec } };
    expect(skippedNotes(asked)).toEqual([
      "fp32@cpu, running text: not run: the model gives the logits of its last token only.",
    ]);
    expect(skippedNotes({ ...asked, cells: [{ ...asked.cells[0]!, status: "failed" }] })).toEqual([]);
  });
});
