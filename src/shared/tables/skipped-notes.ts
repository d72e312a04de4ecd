import type { CellResult, Results } from "../results.ts";

/** What was asked for and not run, and why: a sentence for each cell and reason, beside the table that has a gap there. */
export function skippedNotes({ run, cells }: Pick<Results, "run" | "cells">): string[] {
  return cells.flatMap((cell) => [
    ...notes(cell, "batch", cell.forward, ({ batchSize }) => String(batchSize)),
    ...notes(cell, "decoding at batch", cell.decode, ({ batchSize, depth }) => `${batchSize} and depth ${depth}`),
    ...textNotes(cell, run.spec.passes.tokens?.texts !== undefined),
  ]);
}

function notes<Row extends { readonly skipped: string | null }>(
  { label }: Pick<CellResult, "label">,
  what: string,
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): string[] {
  const skipped = rows.filter((row) => row.skipped !== null);
  const byReason = Map.groupBy(skipped, (row) => row.skipped!);
  return [...byReason].map(([reason, same]) => `${label}, ${what} ${same.map(nameOf).join(", ")}: ${reason}.`);
}

/** A cell that is done and was asked for running text has some, unless its graph has no logits inside a text. */
function textNotes({ label, status, texts }: CellResult, wanted: boolean): string[] {
  if (!wanted || status !== "done" || texts.length > 0) return [];
  return [`${label}, running text: not run: the model gives the logits of its last token only.`];
}
