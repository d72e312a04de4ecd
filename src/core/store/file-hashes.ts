import { type Db, isLocked } from "./database.ts";

/** Hash of a file that was hashed before and has not changed since; null when it must be computed. */
export function cachedHash(db: Db, path: string, bytes: number, modifiedMs: number): string | null {
  const row = db
    .prepare<[string, number, number], { sha256: string }>(
      "SELECT sha256 FROM file_hashes WHERE path = ? AND bytes = ? AND modified_ms = ?",
    )
    .get(path, bytes, modifiedMs);
  return row?.sha256 ?? null;
}

/** Where another program holds the store it is not kept, and computed again the next time. */
export function saveHash(db: Db, path: string, bytes: number, modifiedMs: number, sha256: string): void {
  try {
    db.prepare("INSERT OR REPLACE INTO file_hashes (path, bytes, modified_ms, sha256) VALUES (?, ?, ?, ?)").run(
      path,
      bytes,
      modifiedMs,
      sha256,
    );
  } catch (error) {
    if (!isLocked(error)) throw error;
  }
}
