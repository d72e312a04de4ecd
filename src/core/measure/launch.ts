import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { mebibytes } from "#shared/format-numbers.ts";
import { loadTokenizer, type Tokenizer } from "#core/engine/tokenizer.ts";
import { readJson } from "#core/models/json-file.ts";
import { openVariant, type Variant } from "#core/models/model-folder.ts";
import { positionLimit } from "#core/models/position-limit.ts";
import type { CellJob, LoadResult, PassName, WorkerMessage } from "#core/runs/protocol.ts";
import { collectGarbage, openPeakMemory, type PeakMemory, residentParts } from "./memory.ts";
import type { Send } from "./quality-context.ts";
import { openSampler, type Sampler } from "./sampler.ts";

/** What every kind of launch starts from: the variant described, nothing of it loaded yet. */
export interface Launch {
  readonly job: CellJob;
  readonly variant: Variant;
  readonly tokenizer: Tokenizer;
  /** Ids that may be fed: those of the tokenizer that the graph has too. */
  readonly vocabularySize: number;
  readonly positionLimit: number | null;
  readonly memory: PeakMemory;
  /** Resident bytes with ONNX Runtime loaded and no session. */
  readonly baseBytes: number;
  /** Pages of files among them; null where the system does not tell. */
  readonly baseFileBytes: number | null;
  readonly sampler: Sampler;
  /**
   * Sends a finished unit.
   * @throws LabError OUT_OF_MEMORY when the process went over the cell's limit: what was measured is sent, nothing follows
   */
  readonly send: Send;
}

/**
 * Reads the model's small files and the idle process's memory.
 * @throws LabError MODEL_*, TOKENIZER_INVALID; each names the file
 */
export function openLaunch(job: CellJob, sendNow: Send): Launch {
  const sampler = openSampler((samples) => {
    sendNow({ type: "samples", samples });
  });
  const config = readJson(join(job.modelDir, "config.json"), "MODEL_CORRUPT") ?? {};
  const variant = openVariant(job.file, config);
  const written = loadTokenizer(job.modelDir);
  // Added tokens beyond the logits are never predicted; ids beyond the tokenizer are padding.
  const vocabularySize = Math.min(written.vocabularySize, variant.signature.vocabularySize ?? Infinity);
  const tokenizer = { ...written, vocabularySize };
  const memory = openPeakMemory();
  collectGarbage();
  const baseBytes = memory.residentBytes();
  const baseFileBytes = residentParts().fileBytes;
  memory.reset();
  return {
    job,
    variant,
    tokenizer,
    vocabularySize,
    positionLimit: positionLimit(job.modelDir),
    memory,
    baseBytes,
    baseFileBytes,
    sampler,
    send: (message) => {
      sendNow(message);
      // Between units, since nothing can be heard while the model runs.
      if (message.type !== "progress") refuseOver(job.memoryLimitBytes, memory.peakBytes() - baseBytes);
    },
  };
}

/** Sends what loading gave, and that it is over. */
export function sendLoaded({ send, tokenizer }: Launch, result: Omit<LoadResult, "specialTokens">): void {
  send({ type: "loaded", result: { ...result, specialTokens: tokenizer.specialTokens } });
  send({ type: "progress", pass: "load", done: 1, total: 1 });
}

/** Sends each unit of a pass and how far the pass is. */
export async function sendUnits<Unit>(
  { send, sampler }: Launch,
  pass: PassName,
  total: number,
  units: AsyncIterable<Unit>,
  message: (unit: Unit) => WorkerMessage,
): Promise<void> {
  let done = 0;
  send({ type: "progress", pass, done, total });
  for await (const unit of units) {
    send(message(unit));
    sampler.tick();
    send({ type: "progress", pass, done: ++done, total });
  }
}

function refuseOver(limitBytes: number | undefined, peakBytes: number): void {
  if (limitBytes === undefined || peakBytes <= limitBytes) return;
  throw new LabError(
    "OUT_OF_MEMORY",
    `The cell needed ${mebibytes(peakBytes)} MiB of memory, more than its limit of ${mebibytes(limitBytes)} MiB (limits.memoryBytes).`,
    { peakBytes, limitBytes },
  );
}
