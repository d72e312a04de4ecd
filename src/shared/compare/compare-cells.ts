/** Compares one cell with the reference, from raw samples only: any two stored cells can be compared later. */
import type { CellResult, Comparison } from "../results.ts";
import { compareAnswers } from "./compare-answers.ts";
import { compareGenerations } from "./compare-generations.ts";
import { compareSpeeds } from "./compare-speeds.ts";
import { compareTexts, compareTokens } from "./compare-tokens.ts";
import { compareWords } from "./compare-words.ts";

export { comparedAnswers } from "./compare-answers.ts";

/** Everything of a comparison but the verdict, which also weighs the user's margins. */
export type Differences = Omit<Comparison, "verdict">;

export interface CompareOptions {
  readonly topK: readonly number[];
  readonly seed: number;
  /** Subject by question, for intervals over subjects. */
  readonly subjects?: Readonly<Record<string, string>>;
  /** Index of the right choice by question, for the probability of right answers. */
  readonly rightChoices?: Readonly<Record<string, number>>;
  /** The same file as the reference in another cell of the run: what differs there is noise. */
  readonly repeat?: CellResult | undefined;
}

export function compareCells(reference: CellResult, candidate: CellResult, options: CompareOptions): Differences {
  const tokens = compareTokens(reference, candidate, options);
  return {
    reference: reference.label,
    candidate: candidate.label,
    jaccard: Object.fromEntries(
      Object.entries(tokens?.jaccard ?? {}).map(([k, { mean, low, high }]) => [k, { mean, low, high }]),
    ),
    top1Agreement: tokens?.top1Agreement?.share ?? null,
    klDivergence: tokens?.kl?.mean ?? null,
    tokens,
    texts: compareTexts(reference, candidate, options),
    ...compareAnswers(reference, candidate, options),
    ...compareSpeeds(reference, candidate),
    wordsRatio: compareWords(reference, candidate),
    generations: compareGenerations(reference, candidate),
  };
}
