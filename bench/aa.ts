/**
 * Does the method find nothing where there is nothing? `npm run bench -- aa [--comparisons N] [--launches N] [--seconds S]
 * [--model DIR] [--json]`. One file is measured as if it were two variants: each comparison is N launches of both, in fresh
 * processes, round by round in alternating order, and the 95 % interval of the launch ratio should hold 1 in about 95 of 100
 * comparisons (of 20, 17 or more). The ratios printed are those of A / B; what they are away from 1 is noise.
 */
import { parseArgs } from "node:util";
import { demoResources } from "#core/app/files/resources.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { forwardPassSchema } from "#shared/spec.ts";
import { launchRatio } from "#shared/stats/launch-ratio.ts";
import type { LaunchSamples } from "#shared/stats/launch-summary.ts";
import { wilson } from "#shared/stats/wilson.ts";
import { launchWorker } from "./worker/launch.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: demoResources().model },
    comparisons: { type: "string", default: "20" },
    launches: { type: "string", default: "6" },
    /** Timed seconds a launch. */
    seconds: { type: "string", default: "0.5" },
    json: { type: "boolean", default: false },
  },
});
const launches = Number(values.launches);
if (!(launches >= 6)) throw new Error("--launches: fewer than 6 have no interval.");

const variant = openModelFolder(values.model).variants[0]!;
const threads = await defaultThreads();
const forward = forwardPassSchema.parse({ batchSizes: [1], minSeconds: Number(values.seconds), minIterations: 10 });
const ratios: Record<string, number> = {};
const samples: { launch: number; a: readonly number[]; b: readonly number[]; foreignLoadCores: number | null }[][] = [];
let covered = 0;
for (let comparison = 1; comparison <= Number(values.comparisons); comparison++) {
  const rounds: (typeof samples)[number] = [];
  for (let launch = 1; launch <= launches; launch++) {
    const isTurned = launch % 2 === 0;
    const first = await measure();
    const second = await measure();
    const [a, b] = isTurned ? [second, first] : [first, second];
    const foreignLoadCores = Math.max(a.foreignLoadCores ?? 0, b.foreignLoadCores ?? 0);
    rounds.push({ launch, a: a.latencyMs, b: b.latencyMs, foreignLoadCores });
  }
  samples.push(rounds);
  const side = (of: "a" | "b"): LaunchSamples[] =>
    rounds.map((round) => ({ launch: round.launch, samples: round[of] }));
  const { ratio, low, high } = launchRatio(side("a"), side("b"))!;
  const holds = low <= 1 && high >= 1;
  if (holds) covered++;
  ratios[`A / A ${comparison}`] = ratio;
  const busiest = Math.max(...rounds.map(({ foreignLoadCores }) => foreignLoadCores ?? 0));
  process.stdout.write(
    `${comparison}: ${ratio.toFixed(4)} (95 % CI ${low.toFixed(4)} to ${high.toFixed(4)}), ${holds ? "holds 1" : "MISSES 1"}, ` +
      `other programs up to ${busiest.toFixed(2)} cores\n`,
  );
}
const of = samples.length;
const interval = wilson(covered, of)!;
process.stdout.write(
  `The interval held 1 in ${covered} of ${of} comparisons (coverage ${(100 * interval.low).toFixed(0)} to ${(100 * interval.high).toFixed(0)} %, Wilson 95 %).\n`,
);
if (values.json) {
  const environment = await readEnvironment("fork");
  process.stdout.write(`${JSON.stringify({ bench: "aa", ratios, covered, samples, environment })}\n`);
}

async function measure(): Promise<{ latencyMs: readonly number[]; foreignLoadCores: number | null }> {
  const job = { kind: "timing" as const, modelDir: values.model, file: variant.file, threads, forward };
  const messages = await launchWorker(job);
  return messages.find((message) => message.type === "forward")!.result;
}
