import { existsSync } from "node:fs";
import { join } from "node:path";
import { appRoot } from "#core/system/app-version.ts";

/** The measuring child's entry: the built one, else the source, which Node 24 runs as it is. */
export function workerFile(): string {
  const built = join(appRoot(), "out", "main", "worker.js");
  return existsSync(built) ? built : join(appRoot(), "src", "worker", "index.ts");
}
