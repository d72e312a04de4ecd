// What CI runs and `npm run check`: lint, format, types and every test (one of them is the whole demo). Prints each step's
// own output and ends with one line that counts: a step that is no test suite counts as one check.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "quantscope-check-"));
const totals = { passed: 0, failed: 0, skipped: 0 };

// Beside each other: each keeps one core busy. What they print comes in this order all the same.
const steps = [
  step("lint", "eslint", ["."]),
  step("format", "prettier", ["--check", "--log-level", "warn", "."]),
  step("types", "tsc", ["-p", "tsconfig.node.json"]),
  step("types of the pages", "svelte-check", ["--tsconfig", "tsconfig.web.json", "--output", "human"]),
];
for (const finished of steps) {
  const { name, output, ok } = await finished;
  console.log(`\n== ${name}\n${output.trimEnd()}`);
  totals[ok ? "passed" : "failed"] += 1;
}
tests();

rmSync(scratch, { recursive: true, force: true });
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(totals.failed === 0 ? 0 : 1);

function step(name, command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, shell: process.platform === "win32" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.once("error", (error) => resolve({ name, output: output + String(error), ok: false }));
    child.once("close", (status) => resolve({ name, output, ok: status === 0 }));
  });
}

function tests() {
  const report = join(scratch, "tests.json");
  const status = run("tests", "vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  let counted = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  try {
    counted = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    // No report: the status below makes it a failure.
  }
  totals.passed += counted.numPassedTests;
  totals.failed += counted.numFailedTests;
  totals.skipped += counted.numPendingTests + counted.numTodoTests;
  // A suite that cannot even be loaded fails no test; it must not look like a pass.
  if (status !== 0 && counted.numFailedTests === 0) totals.failed += 1;
}

function run(name, command, args) {
  console.log(`\n== ${name}`);
  mkdirSync(scratch, { recursive: true });
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) console.log(String(error));
  return status ?? 1;
}
