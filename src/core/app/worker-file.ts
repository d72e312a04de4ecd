import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { appRoot } from "#core/system/app-version.ts";

/** The measuring child's entry: the built one, else the source, which Node 24 runs as it is. */
export function workerFile(root = appRoot()): string {
  const built = join(root, "out", "main", "worker.js");
  // In the packaged app it lies beside the archive: a plain Node cannot read inside.
  const unpacked = built.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
  return [unpacked, built].find((file) => existsSync(file)) ?? join(root, "src", "worker", "index.ts");
}
