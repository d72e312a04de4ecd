import { describe, expect, it } from "vitest";
import { accuracyDeltaBySubject, type SubjectQuestion } from "#shared/metrics/accuracy-by-subject.ts";
import { bonettPrice } from "#shared/stats/bonett-price.ts";
import { shuffled } from "../stats/shuffled.ts";

/** 260 questions of 40 subjects; in every tenth subject the candidate gets everything wrong. */
const questions: SubjectQuestion[] = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 5 + (i % 4) }, (_, j) => {
    const reference = (i * 5 + j * 3) % 7 < 4;
    let candidate = reference;
    if ((i * 7 + j * 3) % 11 === 0) candidate = false;
    if ((i * 3 + j * 5) % 13 === 1) candidate = true;
    if (i % 10 === 3) candidate = false;
    return { subject: `s${i}`, reference, candidate };
  }),
).flat();

const right = (subject: string, reference: boolean | null, candidate: boolean | null): SubjectQuestion => ({
  subject,
  reference,
  candidate,
});

describe("accuracyDeltaBySubject", () => {
  it("agrees with the clustered standard error", () => {
    // statsmodels OLS on a constant, cov_type "cluster" without correction: mean -0.046154, SE 0.034311 (0.020871 naive).
    const result = accuracyDeltaBySubject(questions)!;
    expect(result.n).toBe(260);
    expect(result.delta).toBeCloseTo(-12 / 260, 14);
    const { low, high } = result.interval!;
    // t of 39 degrees of freedom is 2.0227, and 40 / 39 subjects.
    expect((high - low) / (2 * 2.0227 * Math.sqrt(40 / 39)) / 0.034311).toBeCloseTo(1, 3);
  });

  it("weighs subjects by their questions: a ratio of sums", () => {
    const three = [right("a", true, false), right("b", true, true), right("b", true, true), right("b", false, true)];
    expect(accuracyDeltaBySubject(three)).toMatchObject({ delta: 0, n: 4, interval: null });
  });

  it("breaks down by subject, in the order of the names", () => {
    const few = [right("b", true, false), right("b", true, true), right("a", false, true), right("b", false, null)];
    const { subjects, invalid } = accuracyDeltaBySubject(few)!;
    expect(invalid).toBe(1);
    expect(subjects).toMatchObject([
      { subject: "a", n: 1, referenceShare: 0, candidateShare: 1, delta: 1 },
      { subject: "b", n: 2, referenceShare: 1, candidateShare: 0.5, delta: -0.5 },
    ]);
    // Bonett-Price of n = 2, b = 1, c = 0: -1/4 -+ 1.96 sqrt((3/4 - 1/16) / 4).
    expect(subjects[1]!.interval.low).toBeCloseTo(-1, 12);
    expect(subjects[1]!.interval.high).toBeCloseTo(-0.25 + 1.959964 * Math.sqrt((3 / 4 - 1 / 16) / 4), 6);
  });

  it("has no interval with fewer than ten subjects", () => {
    const nine = questions.filter(({ subject }) => /^s[0-8]$/.test(subject));
    expect(accuracyDeltaBySubject(nine)?.interval).toBeNull();
    const ten = questions.filter(({ subject }) => /^s[0-9]$/.test(subject));
    expect(accuracyDeltaBySubject(ten)?.interval).not.toBeNull();
  });

  it("is never narrower than for questions drawn one by one, where no subject differs from another", () => {
    const alike = Array.from({ length: 240 }, (_, i) => right(`s${i % 12}`, true, Math.floor(i / 12) !== 3));
    const { low, high } = accuracyDeltaBySubject(alike)!.interval!;
    const single = bonettPrice({ n: 240, b: 12, c: 0 })!;
    expect(high - low).toBeGreaterThan(single.high - single.low);
    expect(accuracyDeltaBySubject(alike.map((each) => ({ ...each, candidate: true })))!.interval!.low).toBeLessThan(0);
  });

  it("gives the very same numbers for the questions in another order", () => {
    for (let seed = 0; seed < 5; seed += 1) {
      expect(accuracyDeltaBySubject(shuffled(questions, seed))).toEqual(accuracyDeltaBySubject(questions));
    }
  });

  it("is null when no question was answered by both", () => {
    expect(accuracyDeltaBySubject([])).toBeNull();
    expect(accuracyDeltaBySubject([right("a", null, true), right("a", true, null)])).toBeNull();
  });
});
