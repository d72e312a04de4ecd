/**
 * What our forward pass costs over a bare onnxruntime-node loop on the same inputs: `npm run bench -- overhead`.
 * Two sessions of one file live in one process, one made and run through the engine, one by hand with the same options; single
 * runs alternate, the order of each pair swapped, so that noise hits both alike. Spinning is off in both: a session's idle
 * threads would otherwise slow the other. The ratio is bare / ours by the median of paired log ratios.
 */
import { parseArgs } from "node:util";
import { loadDecoder, sessionOptions } from "#core/engine/session.ts";
import { InferenceSession } from "#core/engine/ort.ts";
import { demoResources } from "#core/app/resources.ts";
import { collectGarbage } from "#core/measure/memory.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { createRandom } from "#shared/random.ts";
import { medianInterval } from "#shared/stats/median-interval.ts";
import { median } from "#shared/stats/quantile.ts";

const SEQUENCE_LENGTH = 128;
const WARMUP_PAIRS = 5;
const { values } = parseArgs({
  options: {
    model: { type: "string", default: demoResources().model },
    pairs: { type: "string", default: "60" },
    json: { type: "boolean", default: false },
  },
});

const variant = openModelFolder(values.model).variants[0]!;
const options = {
  provider: "cpu" as const,
  threads: await defaultThreads(),
  sessionConfig: { "session.intra_op.allow_spinning": "0" },
};
const loaded = await loadDecoder({ ...options, file: variant.file, signature: variant.signature });
await loaded.placement();
const ours = loaded.decoder;
const bare = await InferenceSession.create(variant.file, sessionOptions(options));

const random = createRandom(0);
const ratios: Record<string, number> = {};
const samples: Record<string, { oursMs: number[]; bareMs: number[] }> = {};
for (const batchSize of [1, 8]) {
  const vocabulary = variant.signature.vocabularySize ?? 1000;
  const batch = Array.from({ length: batchSize }, () =>
    Array.from({ length: SEQUENCE_LENGTH }, () => random.nextInt(vocabulary)),
  );
  const feeds = ours.batchFeeds(batch);
  const outputs = [variant.signature.logits.name];
  const timed = async (run: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await run();
    const elapsedMs = performance.now() - start;
    collectGarbage();
    return elapsedMs;
  };
  const runOurs = (): Promise<number> => timed(() => ours.run(feeds));
  const runBare = (): Promise<number> => timed(() => bare.run(feeds, outputs));

  const oursMs: number[] = [];
  const bareMs: number[] = [];
  for (let pair = 0; pair < WARMUP_PAIRS + Number(values.pairs); pair++) {
    const oursFirst = pair % 2 === 0;
    const first = await (oursFirst ? runOurs() : runBare());
    const second = await (oursFirst ? runBare() : runOurs());
    if (pair < WARMUP_PAIRS) continue;
    oursMs.push(oursFirst ? first : second);
    bareMs.push(oursFirst ? second : first);
  }
  const logRatios = oursMs.map((ms, index) => Math.log(bareMs[index]! / ms));
  const interval = medianInterval(logRatios)!;
  const name = `forward batch ${batchSize}`;
  ratios[name] = Math.exp(interval.median);
  samples[name] = { oursMs, bareMs };
  process.stdout.write(
    `${name}: bare ${median(bareMs)!.toFixed(2)} ms, ours ${median(oursMs)!.toFixed(2)} ms, bare / ours ` +
      `${ratios[name].toFixed(4)} (95 % CI ${Math.exp(interval.low).toFixed(4)} to ${Math.exp(interval.high).toFixed(4)}), ${logRatios.length} pairs\n`,
  );
}
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ bench: "overhead", ratios, samples, environment: await readEnvironment("none") })}\n`,
  );
}
process.exit(0);
