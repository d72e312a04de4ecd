import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { type Db, storeError } from "#core/store/database.ts";
import { cachedHash, saveHash } from "#core/store/file-hashes.ts";

/**
 * SHA-256 of a variant: of its .onnx file, followed by its external data files in order of name. Computed once per state of
 * the files, since a large model takes seconds.
 */
export async function hashVariant(db: Db, file: string, externalFiles: readonly string[]): Promise<string> {
  const files = [file, ...externalFiles];
  const { bytes, modifiedMs } = stateOf(files);
  const known = cachedHash(db, file, bytes, modifiedMs);
  if (known) return known;
  const hash = createHash("sha256");
  for (const path of files) {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  }
  const sha256 = hash.digest("hex");
  try {
    saveHash(db, file, bytes, modifiedMs, sha256);
  } catch (error) {
    throw storeError(error, db.name);
  }
  return sha256;
}

/** The same where it was computed before and the files have not changed since; else null, at once. */
export function cachedVariantHash(db: Db, file: string, externalFiles: readonly string[]): string | null {
  const { bytes, modifiedMs } = stateOf([file, ...externalFiles]);
  return cachedHash(db, file, bytes, modifiedMs);
}

function stateOf(files: readonly string[]): { bytes: number; modifiedMs: number } {
  const stats = files.map((path) => statSync(path));
  return {
    bytes: stats.reduce((sum, { size }) => sum + size, 0),
    // The sum, because a data file that was put back with an older date leaves the latest one as it was.
    modifiedMs: stats.reduce((sum, { mtimeMs }) => sum + mtimeMs, 0),
  };
}
