import type { TokenIds } from "../decoder.ts";

/** The cache has one length for all rows: RangeError for prompts that would need padding. */
export function requireEqualLengths(batch: readonly TokenIds[]): void {
  const length = batch[0]?.length ?? 0;
  if (length > 0 && batch.every((ids) => ids.length === length)) return;
  throw new RangeError(
    `a batch needs prompts of one length, got [${batch.map((ids) => ids.length).join(", ")}] tokens`,
  );
}

export function requireRewind(length: number, current: number): void {
  if (Number.isInteger(length) && length >= 0 && length <= current) return;
  throw new RangeError(`cannot rewind to ${length} tokens: the cache holds ${current}`);
}
