import { copyFileSync, existsSync } from "node:fs";
import { basename, join } from "node:path";

/** The write-ahead log belongs to the database; SQLite makes the other files beside it anew. */
const PARTS = ["", "-wal"];

/**
 * Copies a store that SQLite cannot open where it lies: it wants to write beside it even to read.
 * @returns the copy
 */
export function copyStore(file: string, folder: string): string {
  const copy = join(folder, basename(file));
  for (const part of PARTS) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
  return copy;
}
