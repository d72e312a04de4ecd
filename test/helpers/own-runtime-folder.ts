/** Test files run side by side, and programs that they start measure at the same time: each file is a machine of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "quantscope-runtime-"));
process.env.QUANTSCOPE_RUNTIME_DIR = folder;
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
