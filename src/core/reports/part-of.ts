import { rmSync } from "node:fs";

/** Where a file is written until it is whole and takes its place. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** Removes what a process that was cut off had begun to write. */
export function removePart(path: string): void {
  try {
    rmSync(partOf(path), { force: true });
    // SQLite's, beside the copy that it was making of a store.
    rmSync(`${partOf(path)}-journal`, { force: true });
  } catch {
    // A folder that is gone or not ours any more: nobody can do anything about it here.
  }
}
