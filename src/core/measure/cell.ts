import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import type { LaunchKind } from "#shared/results.ts";
import { readJson } from "#core/models/json-file.ts";
import type { CellJob } from "#core/runs/protocol.ts";
import { openCanary } from "./canary.ts";
import { type Launch, openLaunch } from "./launch.ts";
import type { Send } from "./quality-context.ts";
import { measureQuality } from "./quality-launch.ts";
import { measureStepping } from "./stepping-launch.ts";
import { measureMemory, measureTiming } from "./timing-launch.ts";

/** What each kind of launch measures. */
const LAUNCHES: Readonly<Record<LaunchKind, (launch: Launch) => Promise<void>>> = Object.freeze({
  timing: measureTiming,
  memory: measureMemory,
  stepping: measureStepping,
  quality: measureQuality,
});

/**
 * Measures one launch of a cell, pass by pass, and sends each finished unit at once. Runs alone in a fresh process, so that
 * memory is this model's and a crash is this launch's.
 * @returns how much slower the processor was at the end than at the start; null where nothing is timed
 * @throws LabError, and whatever ONNX Runtime throws
 */
export async function measureCell(job: CellJob, send: Send): Promise<number | null> {
  try {
    const launch = openLaunch(job, send);
    const canary = job.kind === "memory" ? null : openCanary();
    await LAUNCHES[job.kind](launch);
    launch.sampler.flush();
    return canary?.drift() ?? null;
  } catch (error) {
    throw memoryError(error) ?? namedToken(error, job.modelDir) ?? error;
  }
}

/** A token that the model does not know, by its text; null for any other failure. */
function namedToken(error: unknown, modelDir: string): LabError | null {
  if (!(error instanceof LabError) || typeof error.details.tokenId !== "number") return null;
  const { tokenId } = error.details;
  const added = readJson(join(modelDir, "tokenizer.json"), "TOKENIZER_INVALID")?.added_tokens;
  const tokens = Array.isArray(added) ? (added as readonly { id?: unknown; content?: unknown }[]) : [];
  const text = tokens.find(({ id }) => id === tokenId)?.content;
  if (typeof text !== "string") return null;
  const message = error.message.replace(`token ${tokenId}.`, `token ${tokenId}, which is "${text}".`);
  return new LabError(error.code, message, { ...error.details, token: text }, { cause: error });
}

/** A failed allocation inside a pass, in our words; null for any other failure. */
function memoryError(error: unknown): LabError | null {
  if (error instanceof LabError || !(error instanceof Error)) return null;
  if (!/bad_alloc|out of memory|failed to allocate|array buffer allocation failed/i.test(error.message)) return null;
  const remedy = "Use fewer or smaller batch sizes, or a smaller format.";
  return new LabError("OUT_OF_MEMORY", `Memory ran out: ${error.message}. ${remedy}`, {}, { cause: error });
}
