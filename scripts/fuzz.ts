// `npm run fuzz -- [--minutes M] [--seed S]`: the suite's fuzzers with many more seeds, round after round until the time is over.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: String(Date.now() % 1e9) } },
});
const FILES = ["--project", "fuzz", "--project", "integration", "test/fuzz", "test/integration/hostile-files.test.ts"];
const FACTOR = 10;
/** More than any fuzzer makes of one seed. */
const ROUND = 100_000;
const root = join(import.meta.dirname, "..");
const end = performance.now() + 60_000 * Number(values.minutes);
for (let seed = Number(values.seed); performance.now() < end; seed += ROUND) {
  process.stderr.write(`FUZZ_SEED=${seed} FUZZ_FACTOR=${FACTOR}\n`);
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...FILES, "--reporter", "dot"],
    { cwd: root, stdio: "inherit", env: { ...process.env, FUZZ_SEED: String(seed), FUZZ_FACTOR: String(FACTOR) } },
  );
  if (status !== 0) process.exit(status ?? 1);
}
