import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { appRoot } from "#core/system/app-version.ts";

/** The measuring child's entry. */
export function workerFile(root = appRoot()): string {
  return entryFile(root, "worker.js", join("src", "worker", "index.ts"));
}

/** The entry of the child that reads stored runs. */
export function runReaderFile(root = appRoot()): string {
  return entryFile(root, "run-reader.js", join("src", "core", "app", "stored-runs", "run-reader-child.ts"));
}

/** The built one, else the source, which Node 24 runs as it is. */
function entryFile(root: string, name: string, source: string): string {
  const built = join(root, "out", "main", name);
  // In the packaged app it lies beside the archive: a plain Node cannot read inside.
  const unpacked = built.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
  return [unpacked, built].find((file) => existsSync(file)) ?? join(root, source);
}
