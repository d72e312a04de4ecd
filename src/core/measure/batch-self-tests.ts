/** Whether a variant may be asked in batches: the same prompts alone, again, and together (docs/measurement.md). */
import { LabError } from "#shared/errors.ts";
import { klDivergence } from "#shared/metrics/kl-divergence.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { topK } from "#shared/metrics/top-k.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { BatchSelfTest, SelfTests } from "#shared/results.ts";
import { COMPARED_TOKENS } from "#core/engine/arithmetic.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import type { Logits } from "#core/engine/logits.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";

export interface BatchSelfTestInput {
  /** Logits of every position of a right-padded batch, no past. */
  readonly forward: (batch: readonly TokenIds[]) => Promise<Pick<Logits, "row" | "missing">>;
  readonly vocabularySize: number;
  /** Most tokens of a sequence; null where nobody knows. */
  readonly positionLimit: number | null;
  /** What arithmetic explains, in nats. */
  readonly limit: number;
  /** Sequences that the graph takes at once; null for any number. */
  readonly batch: 1 | null;
}

const PROMPTS = 8;
const SHORTEST = 5;
const LONGEST = 64;

/** Prompts and the row of logits after each, asked alone. */
export interface AskedAlone {
  readonly prompts: readonly TokenIds[];
  readonly rows: readonly Float32Array[];
  /** Whether there were logits of the last position only, whatever the graph's shapes promise. */
  readonly lastOnly: boolean;
}

/** A short forward pass for each prompt, again for each, and one for all: 17 passes. */
export async function testBatching(
  input: BatchSelfTestInput,
): Promise<{ readonly tests: Pick<SelfTests, "padding" | "repeat">; readonly alone: AskedAlone }> {
  const { forward, limit } = input;
  const prompts = seededPrompts(input);
  let lastOnly = false;
  const alone = async (): Promise<Float32Array[]> => {
    const rows: Float32Array[] = [];
    for (const ids of prompts) {
      const logits = await forward([ids]);
      lastOnly ||= logits.missing > 0;
      rows.push(logits.row(0, ids.length - 1).slice());
    }
    return rows;
  };
  const first = await alone();
  const again = await alone();
  const batched = await together(prompts, input);
  const padding = batched ? compare(first, batched, input.vocabularySize) : notCompared(prompts.length);
  const { maxLogprobDifference, top1Changes } = padding;
  const passed = maxLogprobDifference !== null && maxLogprobDifference <= limit && top1Changes === 0;
  const repeat = compare(first, again, input.vocabularySize);
  return { tests: { padding: { ...padding, limit, passed }, repeat }, alone: { prompts, rows: first, lastOnly } };
}

/** Whether the stepper reads whole prompts as the exported graph does, to the bit: one pass serves scores and answers then. */
export async function readsAlike(stepper: Pick<Stepper, "prefill">, { prompts, rows }: AskedAlone): Promise<boolean> {
  for (const [index, ids] of prompts.entries()) {
    const [row] = await stepper.prefill([ids]);
    const expected = rows[index]!;
    if (row!.length !== expected.length || row!.some((logit, id) => logit !== expected[id])) return false;
  }
  return true;
}

/** The same in one padded batch; null where the graph takes no batch, or gives no logits at the end of a short row. */
async function together(
  prompts: readonly TokenIds[],
  { forward, batch }: BatchSelfTestInput,
): Promise<Float32Array[] | null> {
  if (batch === 1) return null;
  try {
    const logits = await forward(prompts);
    return prompts.map((ids, index) => logits.row(index, ids.length - 1));
  } catch (error) {
    if (error instanceof LabError && error.code === "MODEL_UNSUPPORTED") return null;
    throw error;
  }
}

function notCompared(prompts: number): BatchSelfTest {
  return { prompts, maxLogprobDifference: null, meanKl: null, top1Changes: 0 };
}

/** Rows against rows: log-probabilities of what is most likely in the first, KL divergence over all tokens. */
function compare(
  expected: readonly Float32Array[],
  found: readonly Float32Array[],
  vocabularySize: number,
): BatchSelfTest {
  const differences: (number | null)[] = [];
  const divergences: (number | null)[] = [];
  let top1Changes = 0;
  for (const [index, row] of expected.entries()) {
    const other = found[index]!;
    const top = topK(row, COMPARED_TOKENS, vocabularySize) ?? [];
    const [ours, theirs] = [logSoftmaxAt(row, top), logSoftmaxAt(other, top)];
    const difference = ours && theirs && Math.max(...ours.map((logprob, at) => Math.abs(logprob - theirs[at]!)));
    differences.push(difference !== null && Number.isFinite(difference) ? difference : null);
    divergences.push(klDivergence(row, other, vocabularySize));
    if (top[0] !== topK(other, 1, vocabularySize)?.[0]) top1Changes++;
  }
  return {
    prompts: expected.length,
    maxLogprobDifference: reduceKnown(differences, (values) => Math.max(...values)),
    meanKl: reduceKnown(divergences, (values) => values.reduce((a, b) => a + b, 0) / values.length),
    top1Changes,
  };
}

/** Null when one is missing or infinite: a mean of the rest would hide it. */
function reduceKnown(values: readonly (number | null)[], reduce: (known: readonly number[]) => number): number | null {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  return known.length === values.length ? reduce(known) : null;
}

/** Of different lengths, the longest at the end, so that all but one are padded. */
function seededPrompts({ vocabularySize, positionLimit }: BatchSelfTestInput): number[][] {
  const random = createRandom(hashSeed("batch self-test"));
  const longest = Math.min(LONGEST, positionLimit ?? LONGEST);
  const shortest = Math.min(SHORTEST, longest);
  return Array.from({ length: PROMPTS }, (_, index) => {
    const length = Math.round(shortest + ((longest - shortest) * index) / (PROMPTS - 1));
    return Array.from({ length }, () => random.nextInt(vocabularySize));
  });
}

/** Questions of a batch where batching pays and is proven harmless. */
const QUESTION_BATCH = 8;

/**
 * How many questions go into one forward pass. On a CPU a batch computes no faster than its rows one by one; a variant that
 * scales activations by the tensor (DynamicQuantizeLinear) answers otherwise in other company, whatever eight prompts showed.
 */
export function questionBatchOf(provider: ProviderId, passed: boolean, dynamicQuantization: boolean): number {
  return provider !== "cpu" && passed && !dynamicQuantization ? QUESTION_BATCH : 1;
}
