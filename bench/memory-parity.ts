/**
 * Is our peak memory the operating system's? `npm run bench -- memory-parity [--model DIR] [--launches N] [--json]`. Our
 * measuring process (a memory launch: fresh, one batch size, three runs) against `/usr/bin/time -v` around a bare
 * onnxruntime-node loop with the same options and inputs. Both are peaks above the idle process with the library loaded;
 * launches alternate. The ratio is bare / ours by medians: within 3 % of 1 is what we promise.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { demoResources } from "#core/app/files/resources.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { forwardPassSchema } from "#shared/spec.ts";
import { median } from "#shared/stats/quantile.ts";
import { bareTask } from "./worker/bare-task.ts";
import { launchWorker } from "./worker/launch.ts";

const TIME = "/usr/bin/time";
const SEQUENCE_LENGTH = 128;
const RUNS = 3;
const { values } = parseArgs({
  options: {
    model: { type: "string", default: demoResources().model },
    launches: { type: "string", default: "5" },
    batches: { type: "string", default: "1,8,32" },
    json: { type: "boolean", default: false },
  },
});
if (spawnSync(TIME, ["-v", "true"]).status !== 0) {
  throw new Error(`${TIME} -v does not work here. It is GNU time: apt-get install time (Linux only).`);
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const variant = openModelFolder(values.model).variants[0]!;
const threads = await defaultThreads();
const scratch = mkdtempSync(join(tmpdir(), "quantscope-bench-"));
const ratios: Record<string, number> = {};
const samples: Record<string, { oursBytes: number[]; bareBytes: number[] }> = {};
try {
  for (const batchSize of values.batches.split(",").map(Number)) {
    const oursBytes: number[] = [];
    const bareBytes: number[] = [];
    for (let launch = 0; launch < Number(values.launches); launch++) {
      oursBytes.push(await ours(batchSize));
      bareBytes.push(bare(batchSize));
    }
    const name = `peak memory batch ${batchSize}`;
    ratios[name] = median(bareBytes)! / median(oursBytes)!;
    samples[name] = { oursBytes, bareBytes };
    process.stdout.write(
      `${name}: bare ${mebibytes(median(bareBytes)!)} MiB (${bareBytes.map(mebibytes).join(" ")}), ` +
        `ours ${mebibytes(median(oursBytes)!)} MiB (${oursBytes.map(mebibytes).join(" ")}), bare / ours ${ratios[name].toFixed(4)}\n`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (values.json) {
  const environment = await readEnvironment("fork");
  process.stdout.write(`${JSON.stringify({ bench: "memory-parity", ratios, samples, environment })}\n`);
}

async function ours(batchSize: number): Promise<number> {
  const forward = forwardPassSchema.parse({ batchSizes: [batchSize], sequenceLength: SEQUENCE_LENGTH });
  const messages = await launchWorker({
    kind: "memory",
    modelDir: values.model,
    file: variant.file,
    threads,
    forward,
  });
  const result = messages.find((message) => message.type === "forward")!.result;
  if (result.peakMemoryBytes === null) throw new Error(`Batch ${batchSize}: ${result.skipped}`);
  return result.peakMemoryBytes;
}

/** Measures the bare loop's peak by GNU time, less what the loop had before its session. */
function bare(batchSize: number): number {
  const task = join(scratch, "task.json");
  writeFileSync(
    task,
    JSON.stringify(bareTask({ variant, threads, batchSize, sequenceLength: SEQUENCE_LENGTH, runs: RUNS })),
  );
  const loop = join(import.meta.dirname, "worker", "bare.ts");
  const { status, stdout, stderr } = spawnSync(TIME, ["-v", process.execPath, loop, task], { encoding: "utf8" });
  const most = /Maximum resident set size \(kbytes\): (\d+)/.exec(stderr);
  if (status !== 0 || !most) throw new Error(`The bare loop failed: ${stderr}`);
  return Number(most[1]) * 1024 - (JSON.parse(stdout) as { baseBytes: number }).baseBytes;
}
