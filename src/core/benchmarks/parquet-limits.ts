import type { FileMetaData } from "hyparquet";

/** MMLU's largest file has 99,842. */
const MOST_ROWS = 1_000_000;
const MOST_CHOICES = 26;
/** What the columns that are read may take unpacked, and how much more than packed: text packs no better. */
const MOST_UNPACKED_BYTES = 1e9;
const MOST_RATIO = 1000;

/**
 * Why a file is not read, by what its footer promises: a few packed bytes stand for as many rows as they like. Null where it may
 * be read.
 */
export function tooMuch(metadata: FileMetaData, columns: readonly string[]): string | null {
  if (metadata.num_rows > MOST_ROWS) return `it has ${metadata.num_rows} rows, and ${MOST_ROWS} are read at most`;
  let [packed, unpacked, values] = [0, 0, 0];
  for (const { meta_data: column } of metadata.row_groups.flatMap((group) => group.columns)) {
    if (!column || !columns.includes(column.path_in_schema[0] ?? "")) continue;
    packed += Number(column.total_compressed_size);
    unpacked += Number(column.total_uncompressed_size);
    values = Math.max(values, Number(column.num_values));
  }
  if (values > MOST_ROWS * MOST_CHOICES)
    return `a column has ${values} values, more than ${MOST_ROWS} questions have choices`;
  if (unpacked > MOST_UNPACKED_BYTES || unpacked > Math.max(packed, 1000) * MOST_RATIO)
    return `it unpacks from ${packed} to ${unpacked} bytes, which no questions do`;
  return null;
}
