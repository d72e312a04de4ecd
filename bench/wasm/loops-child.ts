/** A process that quantizes a matrix in memory when it is asked to, by whichever loops it has, and says how long that took. */
import { createHash } from "node:crypto";
import { acquireInstance, wasm } from "#core/quantize/weights/wasm-instance.ts";
import { createRandom } from "#shared/random.ts";
import { FORMATS, randomMatrix } from "./formats.ts";

/** Node reads this file by WebAssembly, so a limit on modules would end it: `plain` turns ours off. */
wasm.enabled = process.argv[2] !== "plain";

/** Both processes draw the same weights. */
const SEED = 7;
const [K, N] = [1024, 4096];
const matrix = randomMatrix(K, N, createRandom(SEED));

export interface LoopsRequest {
  readonly format: string;
  /** Also hash what is made, outside of the time. */
  readonly hash: boolean;
}

export interface LoopsAnswer {
  readonly ms: number;
  readonly wasm: boolean;
  readonly hash: string | null;
}

process.on("message", ({ format, hash }: LoopsRequest) => {
  const instance = acquireInstance(8);
  instance?.giveBack();
  const { quantize } = FORMATS[format]!;
  const start = performance.now();
  let bytes = 0;
  for (const piece of quantize(matrix)) bytes += piece.bytes.length;
  const ms = performance.now() - start;
  if (bytes === 0) throw new Error(`${format} gave no bytes`);
  const answer: LoopsAnswer = { ms, wasm: instance !== null, hash: hash ? hashOf(format) : null };
  process.send!(answer);
});

function hashOf(format: string): string {
  const hash = createHash("sha256");
  for (const { tensor, offset, bytes } of FORMATS[format]!.quantize(matrix)) {
    hash.update(`${tensor} ${offset} `).update(bytes);
  }
  return hash.digest("hex");
}
