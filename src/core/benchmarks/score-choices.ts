import { logSumExp } from "#shared/metrics/log-softmax.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import type { Logits } from "#core/engine/logits.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import { batchesOf } from "./batches.ts";
import type { ChoicePlan } from "./choice-plan.ts";

/** How choices may be computed. */
export interface ScoringWays {
  /** Null where nothing may go on from a cache: each choice is one pass from the start. */
  readonly stepper: Pick<Stepper, "length" | "prefill" | "step" | "rewind"> | null;
  readonly forward: (batch: readonly TokenIds[]) => Promise<Logits>;
  /** Whether a pass gives the row of its last position only. */
  readonly lastOnly: boolean;
  /** Sequences a forward pass. */
  readonly batch: number;
  readonly vocabularySize: number;
}

/**
 * A single step reads all weights for one token; a pass reads them once for many. Above so many steps for each token of whole
 * sequences, the sequences are the cheaper way. Counted in tokens only, so that all variants are asked alike.
 */
const STEP_IN_TOKENS = 8;

/**
 * Log-likelihood in nats of each choice's tokens: the sum of their log-probabilities over the full vocabulary. First tokens
 * are read from the prompt's own logits, so that one-token letters need nothing else; others go on from the prompt's cache
 * token by token, beginnings that choices share once, the last token of a choice never.
 * @param promptLogits the row after `plan.promptIds`, which the stepper holds where there is one
 * @returns null for a choice without tokens or with a NaN in its logits
 */
export async function scoreChoices(
  ways: ScoringWays,
  plan: ChoicePlan,
  promptLogits: Float32Array,
): Promise<(number | null)[]> {
  const tokens = plan.sequences.map((ids) => ids.length - plan.scoredFrom);
  const scores = tokens.map((count) => (count > 0 ? 0 : null));
  const isBehindPrompt = plan.sequences.every((ids) => startsWithPrompt(ids, plan));
  if (isBehindPrompt && tokens.every((count) => count <= 1)) addRow(scores, plan, [...scores.keys()], 0, promptLogits);
  else if (!ways.stepper || (!ways.lastOnly && stepsOf(plan) * STEP_IN_TOKENS > tokensOf(plan)))
    await scoreWhole(ways, plan, scores);
  else await scoreBySteps(ways.stepper, plan, scores, isBehindPrompt ? promptLogits : null);
  return scores;
}

/** Whether a question's choices can all be read from the prompt's own logits. */
export function isOneRow(plan: ChoicePlan): boolean {
  return plan.sequences.every((ids) => startsWithPrompt(ids, plan) && ids.length <= plan.scoredFrom + 1);
}

function startsWithPrompt(ids: TokenIds, { promptIds, scoredFrom }: ChoicePlan): boolean {
  return scoredFrom === promptIds.length && promptIds.every((id, index) => ids[index] === id);
}

/** Adds to each choice's score what `row` says of its token number `depth`, counted from `scoredFrom`. */
function addRow(
  scores: (number | null)[],
  { sequences, scoredFrom }: ChoicePlan,
  choices: readonly number[],
  depth: number,
  row: Float32Array,
): void {
  const total = logSumExp(row);
  for (const choice of choices) {
    const id = sequences[choice]![scoredFrom + depth];
    const score = scores[choice] ?? null;
    if (id === undefined || score === null) continue;
    // A token that the model cannot predict leaves its choice without a score, as a NaN does.
    scores[choice] = total === null || id >= row.length ? null : score + row[id]! - total;
  }
}

/** Choices that go on alike, by their token number `depth`; the last token of a choice is never fed. */
function groups(
  { sequences, scoredFrom }: ChoicePlan,
  choices: readonly number[],
  depth: number,
): Map<number, number[]> {
  const going = choices.filter((choice) => sequences[choice]!.length > scoredFrom + depth + 1);
  return Map.groupBy(going, (choice) => sequences[choice]![scoredFrom + depth]!);
}

function stepsOf(plan: ChoicePlan, choices: readonly number[] = [...plan.sequences.keys()], depth = 0): number {
  let steps = 0;
  for (const group of groups(plan, choices, depth).values()) steps += 1 + stepsOf(plan, group, depth + 1);
  return steps;
}

const tokensOf = (plan: ChoicePlan): number => wholeRows(plan).reduce((sum, { ids }) => sum + ids.length, 0);

/** What is fed for whole sequences: all but the last token, and once where choices feed the same. */
function wholeRows({ sequences, scoredFrom }: ChoicePlan): { ids: TokenIds; choices: number[] }[] {
  const scored = [...sequences.keys()].filter((choice) => sequences[choice]!.length > scoredFrom);
  const byFed = Map.groupBy(scored, (choice) => sequences[choice]!.slice(0, -1).join());
  return [...byFed.values()].map((choices) => ({ ids: sequences[choices[0]!]!.slice(0, -1), choices }));
}

async function scoreWhole(ways: ScoringWays, plan: ChoicePlan, scores: (number | null)[]): Promise<void> {
  const rows = wholeRows(plan);
  if (ways.lastOnly) {
    for (const { ids, choices } of rows) {
      for (let length = plan.scoredFrom; length <= ids.length; length++) {
        const logits = await ways.forward([ids.slice(0, length)]);
        addRow(scores, plan, choices, length - plan.scoredFrom, logits.row(0, length - 1));
      }
    }
    return;
  }
  for (const batch of batchesOf(rows, ways.batch, ways.vocabularySize)) {
    const logits = await ways.forward(batch.map(({ ids }) => ids));
    for (const [sequence, { ids, choices }] of batch.entries()) {
      for (let position = plan.scoredFrom - 1; position < ids.length; position++) {
        addRow(scores, plan, choices, position - plan.scoredFrom + 1, logits.row(sequence, position));
      }
    }
  }
}

async function scoreBySteps(
  stepper: NonNullable<ScoringWays["stepper"]>,
  plan: ChoicePlan,
  scores: (number | null)[],
  promptLogits: Float32Array | null,
): Promise<void> {
  const { sequences, scoredFrom } = plan;
  const visit = async (choices: readonly number[], depth: number, row: Float32Array): Promise<void> => {
    addRow(scores, plan, choices, depth, row);
    for (const [id, group] of groups(plan, choices, depth)) {
      const length = scoredFrom + depth;
      if (stepper.length > length) stepper.rewind(length);
      const [next] = await stepper.step([id]);
      await visit(group, depth + 1, next!);
    }
  };
  const scored = [...sequences.keys()].filter((choice) => scores[choice] !== null);
  if (scored.length === 0) return;
  const root = promptLogits ?? (await logitsBehind(stepper, plan, sequences[scored[0]!]!.slice(0, scoredFrom)));
  await visit(scored, 0, root);
}

/** The row after a beginning that is not the prompt itself: from the prompt's cache where that holds it. */
async function logitsBehind(
  stepper: NonNullable<ScoringWays["stepper"]>,
  { promptIds }: ChoicePlan,
  ids: TokenIds,
): Promise<Float32Array> {
  const isHeld = ids.length > 1 && ids.length <= promptIds.length && ids.every((id, index) => promptIds[index] === id);
  if (!isHeld) return (await stepper.prefill([ids]))[0]!;
  stepper.rewind(ids.length - 1);
  return (await stepper.step([ids.at(-1)!]))[0]!;
}

/** Log-likelihood by the length of each choice (lm-eval's acc_norm): a longer text is not less likely for its length alone. */
export function perCharacter(scores: readonly (number | null)[], characters: readonly number[]): (number | null)[] {
  return scores.map((score, choice) => (score === null ? null : score / characters[choice]!));
}

/** Index of the largest score; of equal ones the first. Null when any score is missing: the question is invalid then. */
export function bestChoice(scores: readonly (number | null)[]): number | null {
  let best: number | null = null;
  for (const [index, score] of scores.entries()) {
    if (score === null) return null;
    if (best === null || score > scores[best]!) best = index;
  }
  return best;
}
