/** The logits of one position, index = token id. -Infinity is legal (probability 0). */
export type LogitsRow = Float32Array | readonly number[];

/**
 * How many ids of a row count: the tokenizer's vocabulary, where the logits dimension is padded beyond it.
 * RangeError if the row is shorter than the vocabulary.
 */
export function usedLength(row: LogitsRow, vocabularySize: number | undefined): number {
  if (vocabularySize === undefined) return row.length;
  if (!Number.isInteger(vocabularySize) || vocabularySize < 0 || vocabularySize > row.length) {
    throw new RangeError(`A vocabulary of ${vocabularySize} does not fit a row of ${row.length} logits.`);
  }
  return vocabularySize;
}
