import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { LabError } from "#shared/errors.ts";
import { partOf, removePart } from "#core/reports/part-of.ts";
import { beginUnfinished, endUnfinished } from "#core/system/unfinished.ts";
import { type Db, storeError } from "./database.ts";

/**
 * Copies the whole store into one file, compacted and as it is at one moment, while others go on reading and writing. A file
 * that is there is replaced when the copy is whole.
 * @returns its length in bytes
 * @throws LabError OUTPUT_UNWRITABLE, DISK_FULL, STORE_CORRUPT; nothing is left then
 */
export function backUp(db: Db, file: string): number {
  const part = partOf(file);
  try {
    beginUnfinished(part);
    rmSync(part, { force: true });
    rmSync(`${part}-journal`, { force: true });
    db.prepare("VACUUM INTO ?").run(part);
    const descriptor = openSync(part, "r+");
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(part, file);
    return statSync(file).size;
  } catch (error) {
    removePart(file);
    throw refusal(error, db, file);
  } finally {
    endUnfinished(part);
  }
}

function refusal(error: unknown, db: Db, file: string): LabError {
  const known = storeError(error, db.name);
  if (known.code === "STORE_CORRUPT") return known;
  const { message } = error as Error;
  const code = known.code === "DISK_FULL" ? "DISK_FULL" : "OUTPUT_UNWRITABLE";
  return new LabError(
    code,
    `${file} cannot be written: ${message}. Choose another folder.`,
    { file },
    { cause: error },
  );
}
