import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import type { Db } from "#core/store/database.ts";
import { cachedHash, saveHash } from "#core/store/read-run.ts";

/**
 * SHA-256 of a variant: of its .onnx file, followed by its external data files in order of name. Computed once per state of
 * the files, since a large model takes seconds.
 */
export async function hashVariant(db: Db, file: string, externalFiles: readonly string[]): Promise<string> {
  const files = [file, ...externalFiles];
  const stats = files.map((path) => statSync(path));
  const bytes = stats.reduce((sum, { size }) => sum + size, 0);
  const modifiedMs = Math.max(...stats.map(({ mtimeMs }) => mtimeMs));
  const known = cachedHash(db, file, bytes, modifiedMs);
  if (known) return known;
  const hash = createHash("sha256");
  for (const path of files) {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  }
  const sha256 = hash.digest("hex");
  saveHash(db, file, bytes, modifiedMs, sha256);
  return sha256;
}
