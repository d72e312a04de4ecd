import { describe, expect, it } from "vitest";
import {
  type AnswerChange,
  answerChange,
  highOf,
  lowOf,
  type PairedAnswer,
  pOfLoss,
  pOfNoLoss,
} from "#shared/metrics/answer-change.ts";
import { createRandom } from "#shared/random.ts";
import { pairedScoreHigh, pairedScoreLow } from "#shared/stats/paired-score.ts";
import { studentTQuantile } from "#shared/stats/student-t.ts";

const question = (before: boolean, after: boolean, extra: Partial<PairedAnswer> = {}): PairedAnswer => ({
  before,
  after,
  probability: null,
  subject: null,
  ...extra,
});
const letters = (n: number, lost: number, gained: number): PairedAnswer[] =>
  Array.from({ length: n }, (_, index) => question(index < lost || index >= lost + gained, index >= lost));
/** Every probability moves by `move` up and down in turn, and by `drift` besides. */
const moved = (n: number, move: number, drift = 0): PairedAnswer[] =>
  Array.from({ length: n }, (_, index) =>
    question(true, true, { probability: [0.5, 0.5 + drift + (index % 2 === 0 ? move : -move)] }),
  );
const of = (answers: readonly PairedAnswer[]): AnswerChange => answerChange(answers)!;

describe("answerChange", () => {
  it("counts flips, and knows no probability where one is missing", () => {
    const answers = [...letters(9, 2, 1), question(true, true, { probability: [0.5, 0.6] })];
    expect(answerChange(answers)).toMatchObject({ n: 10, lost: 2, gained: 1, probability: null, combined: null });
    expect(answerChange([])).toBeNull();
  });

  it("takes the mean with two pseudo-questions of the largest change", () => {
    const answers = [
      question(true, false, { probability: [0.6, 0.2] }),
      question(true, true, { probability: [0.5, 0.6] }),
      question(true, true, { probability: [0.7, 0.7] }),
    ];
    const { probability, combined } = of(answers);
    expect(probability!.mean).toBeCloseTo((-0.4 + 0.1) / 5, 12);
    const squares = 0.16 + 0.01 + 2 * 0.16;
    expect(probability!.standardError).toBeCloseTo(Math.sqrt((squares - 0.09 / 5) / 4 / 5), 12);
    expect(combined!.mean).toBeCloseTo((-0.7 + 0.05) / 5, 12);
  });

  it("is wider where whole subjects change, from ten subjects on", () => {
    const bySubject = (subjects: number): AnswerChange =>
      of(
        Array.from({ length: 400 }, (_, index) => {
          const subject = index % subjects;
          return question(true, subject % 4 !== 0 || index % 3 === 0, { subject: `s${subject}` });
        }),
      );
    expect(bySubject(20).designEffect).toBeGreaterThan(5);
    expect(bySubject(20).degreesOfFreedom).toBe(19);
    expect(bySubject(8)).toMatchObject({ designEffect: 1, degreesOfFreedom: 401 });
    const [clustered, plain] = [bySubject(20), { ...bySubject(20), designEffect: 1, degreesOfFreedom: 401 }];
    expect(highOf(clustered, 0.025) - lowOf(clustered, 0.025)).toBeGreaterThan(
      2 * (highOf(plain, 0.025) - lowOf(plain, 0.025)),
    );
  });
});

describe("the interval of a change", () => {
  it("is Tango's score where only answers are known", () => {
    const change = of(letters(400, 12, 5));
    const critical = studentTQuantile(0.975, 401);
    expect(lowOf(change, 0.025)).toBe(pairedScoreLow({ n: 400, lost: 12, gained: 5 }, critical));
    expect(highOf(change, 0.025)).toBe(pairedScoreHigh({ n: 400, lost: 12, gained: 5 }, critical));
  });

  it("rules a loss out with fewer questions where probabilities hardly move", () => {
    expect(pOfLoss(of(letters(200, 0, 0)), 0.01)).toBeGreaterThan(0.05);
    expect(pOfLoss(of(moved(200, 0.02)), 0.01)).toBeLessThan(0.025);
  });

  it("does not excuse flips by probabilities that stand still", () => {
    const flips = [
      ...moved(1568, 0.001),
      ...letters(32, 24, 8).map((each) => ({ ...each, probability: [0.5, 0.5] as const })),
    ];
    const change = of(flips);
    expect(change.probability!.mean).toBeCloseTo(0, 4);
    expect(pOfLoss(change, 0.01)).toBeGreaterThanOrEqual(pOfLoss({ ...change, probability: null }, 0.01) / 8);
    expect(pOfLoss(change, 0.01)).toBeGreaterThan(0.0225);
  });

  it("takes a loss of probability for at least half of one of answers", () => {
    expect(pOfLoss(of(moved(1600, 0.01, -0.003)), 0.01)).toBeLessThan(0.01);
    expect(pOfLoss(of(moved(1600, 0.01, -0.007)), 0.01)).toBeGreaterThan(0.9);
  });

  it("leaves coarse formats to their answers", () => {
    const coarse = moved(1600, 0.3).map((each, index) => ({ ...each, after: index % 20 !== 0 }));
    expect(pOfLoss(of(coarse), 0.01)).toBe(pOfLoss({ ...of(coarse), probability: null }, 0.01));
  });

  it("ends where the tests turn, for any answers", () => {
    const random = createRandom(3);
    for (let trial = 0; trial < 400; trial += 1) {
      const n = 5 + random.nextInt(300);
      const [flips, move, drift] = [
        random.nextFloat() * 0.2,
        random.nextFloat() * 0.3,
        (random.nextFloat() - 0.5) * 0.1,
      ];
      const known = random.nextInt(3) > 0;
      const change = of(
        Array.from({ length: n }, () => {
          const flipped = random.nextFloat() < flips;
          const probability = [0.5, 0.5 + drift + move * (random.nextFloat() - 0.5)] as const;
          return question(random.nextInt(2) === 0, flipped === (random.nextInt(2) === 0), {
            probability: known ? probability : null,
          });
        }),
      );
      for (const level of [0.0225, 0.0025]) {
        const [low, high] = [lowOf(change, level), highOf(change, level)];
        expect(low).toBeLessThanOrEqual(high);
        expect(low > -0.01).toBe(pOfLoss(change, 0.01) < level);
        expect(high < 0).toBe(pOfNoLoss(change) < level);
      }
    }
  });
});
