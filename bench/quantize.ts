/**
 * Whole command against whole command: `npm run bench -- quantize [--model DIR] [--python PATH] [--only LIST] [--json]`. Ours
 * (start-up, durable files) against ONNX Runtime 1.30's Python tools with the same settings (their imports, no sync), and
 * `cp` of the source, which is the limit. All are warm, runs alternate, their order turns round. A ratio is Python / ours: the
 * median of the ratios of neighbours, since the machine's own speed changes. With --large: memory for a model of 4 GB (quantize/large.ts).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { demoResources } from "#core/app/files/resources.ts";
import { openModelFolder, sourceVariant } from "#core/models/model-folder.ts";
import { appRoot } from "#core/system/app-version.ts";
import { readEnvironment } from "#core/system/environment.ts";
import { median } from "#shared/stats/quantile.ts";
import { type ChildRun, runChild } from "./quantize/child.ts";
import { PYTHON_CHECK, type Task, TASKS } from "./quantize/commands.ts";
import { makeLargeModel } from "./quantize/large.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    python: { type: "string" },
    only: { type: "string" },
    /** Another build of the program. */
    cli: { type: "string", default: join(appRoot(), "out", "main", "cli.js") },
    repetitions: { type: "string", default: "5" },
    large: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const LARGE_LIMIT_BYTES = 600e6;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const scratch = mkdtempSync(join(tmpdir(), "quantscope-bench-"));
const ratios: Record<string, number> = {};
const samples: Record<string, unknown> = {};
try {
  if (values.large) await large();
  else await compare();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (values.json) {
  say(JSON.stringify({ bench: "quantize", ratios, samples, environment: await readEnvironment("none") }));
}

async function compare(): Promise<void> {
  const wanted = values.only?.split(",").map((name) => name.trim());
  const unknown = wanted?.find((name) => !TASKS.some((task) => task.name === name));
  if (unknown !== undefined) {
    throw new Error(`--only ${unknown}: choose from ${TASKS.map(({ name }) => name).join(", ")}`);
  }
  const tasks = TASKS.filter(({ name }) => wanted?.includes(name) ?? true);
  const python = findPython(values.python);
  if (python === null) {
    say("Python with onnxruntime 1.30, onnx and sympy: not found (--python PATH); not compared.");
  }
  const models = [demoResources().model, ...(values.model === undefined ? [] : [resolve(values.model)])];
  for (const model of models) {
    const folder = openModelFolder(model);
    const source = sourceVariant(folder);
    say(`\n${folder.name}: ${(source.bytes / 1e6).toFixed(0)} MB, medians of ${values.repetitions} (range)`);
    say(
      "format             ours               Python             cp                 Python/ours       peak ours/Python  limits",
    );
    for (const task of tasks) {
      await compareTask(task, model, [source.file, ...source.externalFiles], python, folder.name);
    }
  }
}

async function compareTask(
  task: Task,
  model: string,
  files: readonly string[],
  python: string | null,
  modelName: string,
): Promise<void> {
  const recipe = join(scratch, "recipe.json");
  writeFileSync(recipe, JSON.stringify(task.recipe));
  const commands: Record<string, (out: string) => readonly [string, ...string[]]> = {
    ours: (out) => [
      // The folder's cache of compiled code is warm after the first run.
      ...([process.execPath, values.cli, "--home", scratch, "quantize", model, "--to", task.recipe.format] as const),
      ...["--recipe", recipe, "--out", out, "--json"],
    ],
    ...(python === null
      ? {}
      : { python: (out: string) => [python, "-c", task.python, files[0]!, join(out, "model.onnx")] as const }),
    cp: (out) => ["cp", ...files, out],
  };
  const peaks: Record<string, number> = {};
  const runs: Record<string, ChildRun[]> = { ours: [], python: [], cp: [] };
  const order = Object.keys(commands);
  let failed: string | null = null;
  for (let repetition = -1; repetition < Number(values.repetitions); repetition++) {
    for (const name of repetition % 2 === 0 ? order : order.toReversed()) {
      if (name === "python" && failed !== null) continue;
      const out = join(scratch, "out");
      mkdirSync(out);
      try {
        const [command, ...args] = commands[name]!(out);
        // The first of each warms up files and imports, and shows how much memory it takes.
        const run = await runChild(command, args, repetition < 0);
        if (repetition >= 0) runs[name]!.push(run);
        else peaks[name] = run.peakBytes ?? 0;
      } catch (error) {
        if (name !== "python") throw error;
        failed = (error as Error).message.split("\n").at(-1)!;
      } finally {
        rmSync(out, { recursive: true });
      }
    }
  }
  report(task.name, `${modelName} ${task.name}`, runs, peaks, failed);
}

function report(
  name: string,
  key: string,
  runs: Record<string, ChildRun[]>,
  peaks: Record<string, number>,
  failed: string | null,
): void {
  const { ours = [], python = [], cp = [] } = runs;
  const seconds = (list: readonly ChildRun[]): string => {
    if (list.length === 0) return failed === null ? "not compared" : "failed";
    const each = list.map(({ ms }) => ms / 1000);
    return `${median(each)!.toFixed(2)} s (${Math.min(...each).toFixed(2)}-${Math.max(...each).toFixed(2)})`;
  };
  const megabytes = (command: string): string => (peaks[command] ? (peaks[command] / 1e6).toFixed(0) : "-");
  const pairs = python.map(({ ms }, index) => ms / ours[index]!.ms);
  if (pairs.length > 0) ratios[key] = median(pairs)!;
  const ratio =
    pairs.length > 0
      ? `${median(pairs)!.toFixed(2)} (${Math.min(...pairs).toFixed(2)}-${Math.max(...pairs).toFixed(2)})`
      : "-";
  const columns = [name.padEnd(18), ...[ours, python, cp].map((list) => seconds(list).padEnd(18))];
  const memory = `${megabytes("ours")}/${megabytes("python")} MB`;
  say(`${columns.join(" ")} ${ratio.padEnd(17)} ${memory.padEnd(17)} ${limits(ours)}`);
  if (failed !== null) say(`  Python: ${failed}`);
  samples[key] = {
    peakBytes: peaks,
    ms: Object.fromEntries(Object.entries(runs).map(([command, list]) => [command, list.map(({ ms }) => ms)])),
  };
}

interface Times {
  planMs: number;
  layoutMs: number;
  contentMs: number;
  commitMs: number;
  threads: { readMs: number; writeMs: number; computeMs: number } | null;
}

/** Where our command's time goes, by its own clock: shares of the median run. */
function limits(ours: readonly ChildRun[]): string {
  const run = [...ours].sort((a, b) => a.ms - b.ms)[Math.floor(ours.length / 2)]!;
  const [{ times }] = JSON.parse(run.output) as [{ times: Times }];
  const { planMs, layoutMs, contentMs, commitMs, threads } = times;
  const parts: Record<string, number> = { start: run.ms - planMs - layoutMs - contentMs - commitMs };
  parts.graph = planMs + layoutMs;
  if (threads) {
    const busy = threads.readMs + threads.writeMs + threads.computeMs;
    parts.read = (contentMs * threads.readMs) / busy;
    parts.compute = (contentMs * threads.computeMs) / busy;
    parts.write = (contentMs * threads.writeMs) / busy;
  } else parts.content = contentMs;
  parts.sync = commitMs;
  return Object.entries(parts)
    .map(([part, ms]) => `${part} ${((100 * ms) / run.ms).toFixed(0)} %`)
    .join(", ");
}

/** A Python that has what the tools need; null where there is none. */
function findPython(given: string | undefined): string | null {
  for (const python of given === undefined ? ["python3", "python"] : [given]) {
    try {
      execFileSync(python, ["-c", PYTHON_CHECK], { stdio: "ignore" });
      return python;
    } catch {
      // The next one.
    }
  }
  return null;
}

async function large(): Promise<void> {
  const start = performance.now();
  const bytes = await makeLargeModel(scratch);
  say(`made ${(bytes / 1e9).toFixed(2)} GB in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  const child = join(import.meta.dirname, "quantize", "large-child.ts");
  const args = [child, join(scratch, "onnx", "model.onnx"), join(scratch, "quantized", "model_q4.onnx")];
  const { output } = await runChild(process.execPath, args);
  const result = JSON.parse(output) as { idleBytes: number; peakBytes: number; ms: number; bytes: number };
  const above = result.peakBytes - result.idleBytes;
  say(
    `int4: ${(result.ms / 1000).toFixed(1)} s, ${(bytes / 1e6 / result.ms).toFixed(2)} GB/s; peak memory ` +
      `${(above / 1e6).toFixed(0)} MB above the ${(result.idleBytes / 1e6).toFixed(0)} MB of an idle process ` +
      `(at most ${LARGE_LIMIT_BYTES / 1e6} MB)`,
  );
  ratios["large model memory limit / peak"] = LARGE_LIMIT_BYTES / above;
  samples.large = { sourceBytes: bytes, ...result };
}
