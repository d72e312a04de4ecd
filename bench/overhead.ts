/**
 * Measures what our forward pass costs over a bare onnxruntime-node loop on the same inputs: `npm run bench -- overhead`.
 * Two sessions of one file live in one process, one made by the engine and timed by the forward pass's own loop with its
 * sampler, one made and timed by hand with the same options (peak memory: bench/memory-parity.ts); single
 * runs alternate in blocks of four (ours, bare, bare, ours), so that noise and order hit both alike. Spinning is off in both: a session's idle
 * threads would otherwise slow the other. The ratio is bare / ours by the median of the blocks' log ratios.
 */
import { parseArgs } from "node:util";
import { loadDecoder, sessionOptions } from "#core/engine/session.ts";
import { InferenceSession } from "#core/engine/ort.ts";
import { demoResources } from "#core/app/files/resources.ts";
import { timed } from "#core/measure/forward-runs.ts";
import { collectGarbage } from "#core/measure/memory.ts";
import { openSampler } from "#core/measure/sampler.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { createRandom } from "#shared/random.ts";
import { medianInterval } from "#shared/stats/median-interval.ts";
import { median } from "#shared/stats/quantile.ts";

const SEQUENCE_LENGTH = 128;
const WARMUP_BLOCKS = 3;
const { values } = parseArgs({
  options: {
    model: { type: "string", default: demoResources().model },
    blocks: { type: "string", default: "60" },
    json: { type: "boolean", default: false },
  },
});

const variant = openModelFolder(values.model).variants[0]!;
const options = {
  provider: "cpu" as const,
  threads: await defaultThreads(),
  sessionConfig: { "intra_op.allow_spinning": "0" },
};
const loaded = await loadDecoder({ ...options, file: variant.file, signature: variant.signature });
await loaded.placement();
const ours = loaded.decoder;
const bare = await InferenceSession.create(variant.file, sessionOptions(options));

const sampler = openSampler(() => undefined);
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
  const afterRuns = (): void => {
    sampler.add(batchSize * SEQUENCE_LENGTH);
    sampler.tick();
  };
  const runOurs = (): Promise<number> => timed(() => ours.run(feeds), 1, { afterRuns });
  const runBare = async (): Promise<number> => {
    const start = performance.now();
    await bare.run(feeds, outputs);
    const elapsedMs = performance.now() - start;
    collectGarbage();
    return elapsedMs;
  };

  const oursMs: number[] = [];
  const bareMs: number[] = [];
  const logRatios: number[] = [];
  for (let block = 0; block < WARMUP_BLOCKS + Number(values.blocks); block++) {
    // Ours, bare, bare, ours: what running second costs or saves cancels within the block.
    const [a, b, c, d] = [await runOurs(), await runBare(), await runBare(), await runOurs()];
    if (block < WARMUP_BLOCKS) continue;
    oursMs.push(a, d);
    bareMs.push(b, c);
    logRatios.push(Math.log((b + c) / (a + d)));
  }
  const interval = medianInterval(logRatios)!;
  const name = `forward batch ${batchSize}`;
  ratios[name] = Math.exp(interval.median);
  samples[name] = { oursMs, bareMs };
  process.stdout.write(
    `${name}: bare ${median(bareMs)!.toFixed(2)} ms, ours ${median(oursMs)!.toFixed(2)} ms, bare / ours ` +
      `${ratios[name].toFixed(4)} (95 % CI ${Math.exp(interval.low).toFixed(4)} to ${Math.exp(interval.high).toFixed(4)}), ${logRatios.length} blocks\n`,
  );
}
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ bench: "overhead", ratios, samples, environment: await readEnvironment("none") })}\n`,
  );
}
process.exit(0);
