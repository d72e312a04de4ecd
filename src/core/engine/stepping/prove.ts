/**
 * The proof that a fast way is the plain way: both are fed the same few tokens, row after row of logits is compared. How
 * near is near enough is a matter of arithmetic: sums in another order for float32, rounding in between for float16.
 * Formats that round their activations blow the smallest difference up (a text goes another way after some tokens), so
 * there the two must be equal to the bit.
 */
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { topK } from "#shared/metrics/top-k.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import { arithmeticLimit, COMPARED_TOKENS, roundsActivations } from "../arithmetic.ts";
import type { TokenIds } from "../decoder.ts";
import type { Stepper } from "./stepper.ts";

const PROMPT_TOKENS = 6;
const STEPS = 3;
/** Ids that every vocabulary has, where the graph does not say how large its own is. */
const SMALLEST_VOCABULARY = 64;

/** What both ways are fed: two rows, so that a step that mixes them up shows. */
export interface ProofTokens {
  readonly prompts: readonly TokenIds[];
  /** Ids of each step, one a row. */
  readonly steps: readonly TokenIds[];
}

export function proofTokens({ batch, vocabularySize }: DecoderSignature): ProofTokens {
  const random = createRandom(hashSeed("stepping proof"));
  const rows = batch ?? 2;
  const draw = (count: number): number[] =>
    Array.from({ length: count }, () => random.nextInt(vocabularySize ?? SMALLEST_VOCABULARY));
  return {
    prompts: Array.from({ length: rows }, () => draw(PROMPT_TOKENS)),
    steps: Array.from({ length: STEPS }, () => draw(rows)),
  };
}

/** Logits of the plain way, or of what is to be compared with it, after the prompts and after each step. */
export async function readLine(stepper: Stepper, { prompts, steps }: ProofTokens): Promise<Float32Array[][]> {
  const line = [copyRows(await stepper.prefill(prompts))];
  for (const ids of steps) line.push(copyRows(await stepper.step(ids)));
  return line;
}

/** Largest difference that passes: none at all where activations are rounded. */
export function differenceLimit(signature: DecoderSignature, facts: GraphFacts, provider: ProviderId): number {
  return roundsActivations(facts) ? 0 : arithmeticLimit(signature, facts, provider);
}

/**
 * Feeds `stepper` what `expected` was made from, then goes back and steps again. Where nothing is rounded it also feeds
 * everything at once, which shows whether the cache is worth what its tokens are.
 * @param rounded see roundsActivations: feeding at once is other rounding then
 * @returns largest differences of the log-probabilities of the likeliest tokens, in nats: of steps, and of everything at once;
 * null where logits are no numbers
 */
export async function largestDifferences(
  stepper: Stepper,
  tokens: ProofTokens,
  expected: readonly (readonly Float32Array[])[],
  rounded: boolean,
): Promise<{ steps: number; whole: number } | null> {
  const { prompts, steps } = tokens;
  const found = await readLine(stepper, tokens);
  stepper.rewind(PROMPT_TOKENS + 1);
  const again = copyRows(await stepper.step(steps[1]!));
  const stepped = largestOf([...found, again], [...expected, expected[2]!]);
  if (stepped === null || rounded) return stepped === null ? null : { steps: stepped, whole: 0 };
  const everything = prompts.map((ids, row) => [...ids, ...steps.map((step) => step[row]!)]);
  const whole = largestOf([await stepper.prefill(everything)], [expected.at(-1)!]);
  return whole === null ? null : { steps: stepped, whole };
}

function largestOf(
  found: readonly (readonly Float32Array[])[],
  expected: readonly (readonly Float32Array[])[],
): number | null {
  let largest = 0;
  for (const [place, rows] of found.entries()) {
    for (const [row, logits] of rows.entries()) {
      const difference = rowDifference(logits, expected[place]![row]!);
      if (difference === null) return null;
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}

function rowDifference(logits: Float32Array, wanted: Float32Array): number | null {
  const top = topK(wanted, COMPARED_TOKENS);
  const expected = top && logSoftmaxAt(wanted, top);
  const found = top && logSoftmaxAt(logits, top);
  if (!expected || !found) return null;
  return Math.max(0, ...expected.map((logprob, index) => Math.abs(logprob - found[index]!)));
}

/** Rows belong to their call; see Stepper. */
function copyRows(rows: readonly Float32Array[]): Float32Array[] {
  return rows.map((row) => row.slice());
}
