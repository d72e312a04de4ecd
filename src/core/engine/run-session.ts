import { LabError } from "#shared/errors.ts";
import type { Feeds, InferenceSession, Tensor } from "./ort.ts";

/**
 * One run of a session. What the runtime refuses is told in words that lead on: its own message names nodes of a graph that it
 * rewrote.
 * @throws LabError OUT_OF_MEMORY, or MODEL_UNSUPPORTED for an input that the graph does not take
 */
export async function runSession(
  session: InferenceSession,
  feeds: Feeds,
  outputs: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await session.run(feeds, outputs);
  } catch (error) {
    throw runError(error, feeds);
  }
}

/** Why a run failed, in our words. */
export function runError(error: unknown, feeds: Feeds): LabError {
  const message = error instanceof Error ? error.message : String(error);
  const cause = { cause: error };
  // Tokens and masks have two axes, caches more: the former say what was asked for.
  const fed = Object.entries(feeds)
    .sort(([, a], [, b]) => a.dims.length - b.dims.length)
    .filter(([, { dims }]) => dims.length > 0)
    .slice(0, 3)
    .map(([name, { dims }]) => `${name} [${dims.join(", ")}]`)
    .join(", ");
  if (/bad_alloc|out of memory|failed to allocate/i.test(message))
    return new LabError("OUT_OF_MEMORY", `The model ran out of memory with ${fed}: ${message}`, {}, cause);
  const index = /idx=(-?\d+) must be within the inclusive range \[-?\d+,(\d+)\]/.exec(message);
  if (index)
    return new LabError(
      "MODEL_UNSUPPORTED",
      `The model knows tokens 0 to ${index[2]}, and was given token ${index[1]}. Its tokenizer has more tokens than the model: leave out texts with the added ones, or use the tokenizer that belongs to the model.`,
      { tokenId: Number(index[1]) },
      cause,
    );
  return new LabError("MODEL_UNSUPPORTED", `The model does not run with ${fed}: ${message}`, {}, cause);
}
