/**
 * Measures a decoding step by each way (src/core/engine/stepping): `npm run bench -- decode`. The ways of one format live
 * in one process, and their single steps alternate, every second round in the other order, so that noise hits all alike;
 * spinning is off, since a session's idle threads would slow the others. Ratios are plain / way: above 1 is faster.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { demoResources } from "#core/app/files/resources.ts";
import { type OpenedStepper, openStepper, type StepperOptions } from "#core/engine/stepping/open-stepper.ts";
import { openModelFolder, openVariant, sourceVariant } from "#core/models/model-folder.ts";
import { collectGarbage } from "#core/measure/memory.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { createRandom } from "#shared/random.ts";
import { median } from "#shared/stats/quantile.ts";

const WARMUP_ROUNDS = 3;
const WAYS = {
  plain: { fastest: "plain" },
  exported: { graph: "exported" },
  fused: { graph: "fused" },
} as const satisfies Record<string, Pick<StepperOptions, "graph" | "fastest">>;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: demoResources().model },
    depths: { type: "string", default: "8,512,2000" },
    rounds: { type: "string", default: "30" },
    threads: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const depths = values.depths.split(",").map(Number);
const threads = values.threads === undefined ? await defaultThreads() : Number(values.threads);
const folder = openModelFolder(values.model);
const source = sourceVariant(folder);
const scratch = mkdtempSync(join(tmpdir(), "quantscope-bench-"));
process.on("exit", () => {
  rmSync(scratch, { recursive: true, force: true });
});
const ratios: Record<string, number> = {};
const samples: Record<string, Record<string, number[]>> = {};

for (const format of ["fp32", "int4"] as const) {
  const file = format === "fp32" ? source.file : join(scratch, "int4.onnx");
  if (format === "int4") await quantizeModel({ source: source.file, target: file, recipe: { format } });
  const { signature } = openVariant(file, folder.config);
  const opened = new Map<string, OpenedStepper>();
  for (const [name, way] of Object.entries(WAYS)) {
    const sessionConfig = { "intra_op.allow_spinning": "0" };
    const stepper = await openStepper({ file, signature, provider: "cpu", threads, sessionConfig, ...way });
    const { method, graph, proof } = stepper.stepper;
    // A graph that cannot be fused steps as exported, which is measured already.
    if (name === graph || name === method) opened.set(`${graph} ${method}`, stepper);
    else process.stdout.write(`${format} ${name}: ${proof.refused[0] ?? "as another"}\n`);
  }
  for (const depth of depths) await measureDepth(format, depth, opened, signature.vocabularySize ?? 1000);
  for (const each of opened.values()) await each.release();
}

async function measureDepth(
  format: string,
  depth: number,
  opened: ReadonlyMap<string, OpenedStepper>,
  vocabulary: number,
): Promise<void> {
  const random = createRandom(depth);
  const prompt = Array.from({ length: depth }, () => random.nextInt(vocabulary));
  for (const { stepper } of opened.values()) await stepper.prefill([prompt]);
  const taken: Record<string, number[]> = Object.fromEntries([...opened.keys()].map((name) => [name, []]));
  for (let round = 0; round < WARMUP_ROUNDS + Number(values.rounds); round++) {
    const id = random.nextInt(vocabulary);
    const order = round % 2 === 0 ? [...opened] : [...opened].reverse();
    for (const [name, { stepper }] of order) {
      const start = performance.now();
      await stepper.step([id]);
      const elapsedMs = performance.now() - start;
      if (round >= WARMUP_ROUNDS) taken[name]!.push(elapsedMs);
      collectGarbage();
    }
  }
  const plainMs = taken["exported plain"]!;
  for (const [name, ms] of Object.entries(taken)) {
    const ratio = Math.exp(median(ms.map((each, round) => Math.log(plainMs[round]! / each)))!);
    const label = `${format} depth ${depth} ${name}`;
    ratios[label] = ratio;
    samples[label] = { ms };
    process.stdout.write(`${label}: ${median(ms)!.toFixed(2)} ms a token, plain / this ${ratio.toFixed(2)}\n`);
  }
}

if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ bench: "decode", ratios, samples, environment: await readEnvironment("none") })}\n`,
  );
}
process.exit(0);
