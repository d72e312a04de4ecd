// `npm run bench -- NAME [--model DIR] [--json]`: runs bench/NAME.ts under Node 24. With no name it lists what there is.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { TELEMETRY_OFF } from "../src/core/system/telemetry-off.ts";

const folder = join(import.meta.dirname, "..", "bench");
const [name, ...options] = process.argv.slice(2);
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -3)] : []));
if (!name || !existsSync(join(folder, `${name}.ts`))) {
  process.stderr.write(`usage: npm run bench -- NAME [--model DIR] [--json]; benchmarks: ${names.join(", ")}\n`);
  process.exit(1);
}
// Also for bare loops and Python tools, which load ONNX Runtime without our door to it.
const env = { ...process.env, ...TELEMETRY_OFF };
const { status } = spawnSync(process.execPath, [join(folder, `${name}.ts`), ...options], { stdio: "inherit", env });
process.exit(status ?? 1);
