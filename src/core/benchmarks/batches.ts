import type { TokenIds } from "#core/engine/decoder.ts";

/** Logits of one pass: the runtime's own and the copy that is handed out need this much each. */
const MOST_LOGITS_BYTES = 2 ** 30;

/**
 * Cuts rows into batches for right-padded passes, the longest first, so that rows of a batch are of about one length and the
 * pass that needs most memory is the first. By lengths alone: the same batches on every machine.
 * @param most rows of a batch
 */
export function batchesOf<Row extends { readonly ids: TokenIds }>(
  rows: readonly Row[],
  most: number,
  vocabularySize: number,
): Row[][] {
  const longestFirst = [...rows].sort((a, b) => b.ids.length - a.ids.length);
  const batches: Row[][] = [];
  for (let start = 0; start < longestFirst.length;) {
    const rowBytes = 4 * vocabularySize * longestFirst[start]!.ids.length;
    const count = Math.max(1, Math.min(most, Math.floor(MOST_LOGITS_BYTES / rowBytes)));
    batches.push(longestFirst.slice(start, start + count));
    start += count;
  }
  return batches;
}
