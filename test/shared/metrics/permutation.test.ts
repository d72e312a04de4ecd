import { describe, expect, it } from "vitest";
import { accuracy } from "#shared/metrics/accuracy.ts";
import { accuracyDelta } from "#shared/metrics/accuracy-delta.ts";
import { accuracyDeltaBySubject } from "#shared/metrics/accuracy-by-subject.ts";
import { boundaryTies } from "#shared/metrics/boundary-ties.ts";
import { choiceHistogram } from "#shared/metrics/choice-histogram.ts";
import { deltaP } from "#shared/metrics/delta-p.ts";
import { excessFlips } from "#shared/metrics/excess-flips.ts";
import { changedShare, countFlips, flipShare } from "#shared/metrics/flips.ts";
import { meanJaccard } from "#shared/metrics/jaccard.ts";
import { klDivergence, summarizeKl } from "#shared/metrics/kl-divergence.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { perplexityRatio } from "#shared/metrics/perplexity-ratio.ts";
import { topK } from "#shared/metrics/top-k.ts";
import { top1Agreement } from "#shared/metrics/top1-agreement.ts";
import { createRandom } from "#shared/random.ts";
import { shuffled } from "../stats/shuffled.ts";

const random = createRandom(31);
const rowOf = (): Float32Array => Float32Array.from({ length: 20 }, () => random.nextInt(15) / 4);
const sideOf = (row: Float32Array): object & { top: number[]; logprobs: number[]; nll: number[] } => {
  const top = topK(row, 10)!;
  return { top, logprobs: logSoftmaxAt(row, top)!, nll: logSoftmaxAt(row, [1, 2, 3])!.map((logprob) => -logprob) };
};

/** Everything that is known of a question; some answers are invalid. */
const questions = Array.from({ length: 60 }, (_, i) => {
  const rows = [rowOf(), rowOf()] as const;
  const answer = (): number | null => (random.nextInt(20) === 0 ? null : random.nextInt(4));
  const [reference, candidate, again] = [answer(), answer(), answer()];
  return {
    subject: `s${i % 12}`,
    gold: i % 4,
    rows,
    a: sideOf(rows[0]),
    b: sideOf(rows[1]),
    reference,
    candidate,
    again,
  };
});
type Question = (typeof questions)[number];

const right = (answer: number | null, gold: number): boolean | null => (answer === null ? null : answer === gold);
const changed = (one: boolean | null, other: boolean | null): boolean | null =>
  one === null || other === null ? null : one !== other;

const options = { seed: 11, resamples: 500 };

/** Every number that is made over questions or chunks, from the questions in the order given. */
function measured(items: readonly Question[]): object {
  const gold = items.map((item) => item.gold);
  const reference = items.map((item) => item.reference);
  const candidate = items.map((item) => item.candidate);
  const flips = countFlips(gold, reference, candidate);
  const rights = items.map(({ reference: before, candidate: after, again, ...item }) => ({
    subject: item.subject,
    reference: right(before, item.gold),
    candidate: right(after, item.gold),
    again: right(again, item.gold),
  }));
  return {
    jaccard: meanJaccard(
      items.map(({ a, b }) => ({ reference: a.top, candidate: b.top })),
      5,
    ),
    ties: boundaryTies(
      items.map(({ a, b }) => ({ reference: a.logprobs, candidate: b.logprobs })),
      5,
    ),
    top1: top1Agreement(items.map(({ a, b }) => ({ reference: a.top[0]!, candidate: b.top[0]! }))),
    kl: summarizeKl(items.map(({ rows }) => klDivergence(...rows))),
    accuracy: accuracy(rights.map((item) => item.candidate)),
    histogram: choiceHistogram(candidate, 4),
    flips: [flips, flipShare(flips), changedShare(flips), accuracyDelta(flips)],
    bySubject: accuracyDeltaBySubject(rights),
    excess: excessFlips(
      rights.map((item) => ({
        candidate: changed(item.reference, item.candidate),
        floor: changed(item.reference, item.again),
      })),
    ),
    perplexity: perplexityRatio(
      items.map(({ a }) => a.nll),
      items.map(({ b }) => b.nll),
      options,
    ),
    deltaP: deltaP(
      items.map(({ a }) => a.nll),
      items.map(({ b }) => b.nll),
      options,
    ),
  };
}

/** Sums in another order differ in the last bit: 12 digits are compared. */
function rounded(value: object): unknown {
  const digits = (_key: string, item: unknown): unknown =>
    typeof item === "number" ? Number(item.toPrecision(12)) : item;
  return JSON.parse(JSON.stringify(value, digits));
}

describe("metrics over questions", () => {
  it("do not depend on the order of the questions", () => {
    const expected = rounded(measured(questions));
    for (let seed = 0; seed < 5; seed += 1) expect(rounded(measured(shuffled(questions, seed)))).toEqual(expected);
  });

  it("depend on which answers belong together", () => {
    const torn = questions.map((question, i) => ({ ...question, b: questions[(i + 1) % 60]!.b }));
    expect(rounded(measured(torn))).not.toEqual(rounded(measured(questions)));
  });
});
