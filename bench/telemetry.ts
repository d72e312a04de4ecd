/**
 * Did ONNX Runtime's telemetry disturb numbers? `npm run bench -- telemetry [--launches N] [--seconds S] [--batch N]
 * [--model DIR] [--json]`. A bare onnxruntime-node loop in fresh processes, with the telemetry and without, in alternating
 * order; each runs long enough to see the first upload, some seven seconds after the session was made. Ratios are with /
 * without, by the launch ratio of a run's own comparisons. Nothing is sent: the uploads go to a closed port of this machine.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { demoResources } from "#core/app/files/resources.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { TELEMETRY_OFF } from "#core/system/telemetry-off.ts";
import { launchRatio } from "#shared/stats/launch-ratio.ts";
import { median } from "#shared/stats/quantile.ts";
import { bareTask } from "./worker/bare-task.ts";

const SEQUENCE_LENGTH = 128;
const WARMUP_RUNS = 5;
/** Port 9 ("discard") of this machine: libcurl, which uploads, takes its proxy from here. */
const NOWHERE = { https_proxy: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };
/** With one of these set ONNX Runtime keeps its telemetry to itself. */
const SILENCING = [...Object.keys(TELEMETRY_OFF), "CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_RUNNING_UNIT_TESTS"];

const { values } = parseArgs({
  options: {
    model: { type: "string", default: demoResources().model },
    launches: { type: "string", default: "12" },
    /** Timed seconds a launch. */
    seconds: { type: "string", default: "10" },
    batch: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const launches = Number(values.launches);
if (!(launches >= 6)) throw new Error("--launches: fewer than 6 have no interval.");

interface Timed {
  readonly loadMs: number;
  readonly runMs: number[];
}

const variant = openModelFolder(values.model).variants[0]!;
const scratch = mkdtempSync(join(tmpdir(), "quantscope-bench-"));
const task = join(scratch, "task.json");
const shape = { batchSize: Number(values.batch), sequenceLength: SEQUENCE_LENGTH };
const length = { runs: WARMUP_RUNS + 1, seconds: Number(values.seconds) };
writeFileSync(task, JSON.stringify(bareTask({ variant, threads: await defaultThreads(), ...shape, ...length })));
const on: Timed[] = [];
const off: Timed[] = [];
try {
  for (let launch = 1; launch <= launches; launch++) {
    const sides = [() => on.push(measure(launch, true)), () => off.push(measure(launch, false))];
    for (const side of launch % 2 === 0 ? sides.toReversed() : sides) side();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const quantities: Record<string, (timed: Timed) => number[]> = {
  [`forward batch ${values.batch}`]: ({ runMs }) => runMs.slice(WARMUP_RUNS),
  "session creation": ({ loadMs }) => [loadMs],
};
const ratios: Record<string, number> = {};
for (const [name, samplesOf] of Object.entries(quantities)) {
  const [having, lacking] = [on, off].map((side) =>
    side.map((timed, index) => ({ launch: index + 1, samples: samplesOf(timed) })),
  ) as [{ launch: number; samples: number[] }[], { launch: number; samples: number[] }[]];
  const { ratio, low, high } = launchRatio(having, lacking)!;
  ratios[`${name}, with / without`] = ratio;
  const middle = (side: typeof having): string => median(side.map(({ samples }) => median(samples)!))!.toFixed(2);
  process.stdout.write(
    `${name}: with telemetry ${middle(having)} ms, without ${middle(lacking)} ms, with / without ${ratio.toFixed(4)} ` +
      `(95 % CI ${low.toFixed(4)} to ${high.toFixed(4)}), ${launches} launches of each\n`,
  );
}
if (values.json) {
  const environment = await readEnvironment("none");
  process.stdout.write(`${JSON.stringify({ bench: "telemetry", ratios, samples: { on, off }, environment })}\n`);
}

/** One fresh process whose home, cache and temporary folder are new. Error where the telemetry is not what it should be. */
function measure(launch: number, telemetry: boolean): Timed {
  const folder = join(scratch, `${launch}-${telemetry ? "on" : "off"}`);
  mkdirSync(folder);
  const kept = Object.entries(process.env).filter(([name]) => !SILENCING.includes(name));
  const folders = { HOME: folder, XDG_CACHE_HOME: folder, TMPDIR: folder };
  const env = { ...Object.fromEntries(kept), ...NOWHERE, ...folders, ...(telemetry ? {} : TELEMETRY_OFF) };
  const loop = join(import.meta.dirname, "worker", "bare.ts");
  const timed = JSON.parse(execFileSync(process.execPath, [loop, task], { env, encoding: "utf8" })) as Timed;
  const traces = readdirSync(folder).length > 0;
  if (traces !== telemetry) {
    const what = telemetry ? "left no trace of its telemetry (Windows has none of this kind)" : "left files";
    throw new Error(`ONNX Runtime ${what}: there is nothing to compare.`);
  }
  return timed;
}
