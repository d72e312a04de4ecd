/** No sentence may contradict an interval that it prints: 20,000 families of made-up results, read back from their sentences. */
import { describe, expect, it } from "vitest";
import { answerChange, type PairedAnswer } from "#shared/metrics/answer-change.ts";
import { createRandom, type Random } from "#shared/random.ts";
import { compareCells, type Differences } from "#shared/compare/compare-cells.ts";
import { decide } from "#shared/verdict/decide.ts";
import { verdict } from "#shared/verdict/verdict.ts";
import type { Verdict } from "#shared/results.ts";
import { benchmark, flipping, fp32, int4 } from "../compare/cells.ts";

const RESULTS = 20_000;
const MARGINS = [0, 0.5, 1, 2, 5];

const [before, after] = flipping(4, 0, 0);
const reference = fp32({ benchmark: [benchmark(before)] });
const candidate = int4({ benchmark: [benchmark(after)] });
const differences = compareCells(reference, candidate, { topK: [1], seed: 0 });

/** Answers of one candidate: any number of questions and flips, with probabilities in two of three. */
function made(random: Random): PairedAnswer[] {
  const n = 1 + Math.floor(400 ** random.nextFloat());
  const [flips, turned] = [random.nextFloat() ** 2 * 0.3, random.nextFloat()];
  const [move, drift] = [random.nextFloat() ** 2 * 0.4, (random.nextFloat() - 0.6) ** 3 * 0.3];
  const known = random.nextInt(3) > 0;
  return Array.from({ length: n }, () => {
    const flipped = random.nextFloat() < flips;
    const right = flipped ? random.nextFloat() < turned : random.nextInt(2) === 0;
    const probability = known ? ([0.5, 0.5 + drift + move * (random.nextFloat() - 0.5)] as const) : null;
    return { before: right, after: right !== flipped, probability, subject: null };
  });
}

interface Printed {
  readonly low: number;
  readonly high: number;
}

/** The deciding interval as a reader of the sentence has it. */
function printed(sentence: string): Printed {
  const found = / % CI (?<low>[−+±][\d.]+) to (?<high>[−+±][\d.]+)/u.exec(sentence)!.groups!;
  const number = (text: string): number => Number(text.replace("±", "").replace("−", "-"));
  return { low: number(found.low!), high: number(found.high!) };
}

/** What a sentence claims, by its words alone, and whether the interval beside the words agrees. */
function contradiction({ answer, sentence }: Verdict, marginPoints: number): string | null {
  const { low, high } = printed(sentence);
  const claims: readonly (readonly [RegExp, boolean])[] = [
    [/no loss beyond the margin/u, low > -marginPoints && high >= 0],
    [/a real loss, within the margin/u, low > -marginPoints && high < 0],
    [/: a gain\.$/u, low > 0],
    [/ loses accuracy/u, high < 0 && low <= -marginPoints],
    [/more than the margin of/u, high < -marginPoints],
    [/neither shows a loss nor rules out one of more than/u, high >= 0 && low <= -marginPoints],
    [/a loss is likely, not certain/u, high >= 0 && low <= -marginPoints],
  ];
  const made = claims.filter(([words]) => words.test(sentence));
  if (made.length === 0) return "claims nothing";
  if (made.some(([, agrees]) => !agrees)) return "contradicts its interval";
  if ((answer === "quantize") !== /no loss beyond|within the margin|: a gain/u.test(sentence))
    return "answers otherwise";
  return low <= high ? null : "turned round";
}

describe("the sentence of a verdict", () => {
  it(`contradicts no interval that it prints, in ${RESULTS} results`, () => {
    const random = createRandom(20_261_130);
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (let done = 0; done < RESULTS;) {
      const family = Array.from({ length: 1 + random.nextInt(4) }, () => answerChange(made(random)));
      const marginPoints = MARGINS[random.nextInt(MARGINS.length)]!;
      const decisions = decide(family, marginPoints, 1 + random.nextInt(3));
      decisions.forEach((decision, index) => {
        const said = verdict({
          reference,
          candidate: candidate,
          differences: { ...differences, answerChange: family[index]! } satisfies Differences,
          chanceLevel: null,
          questionSet: null,
          limits: { marginPoints },
          decision,
          generated: null,
        });
        const found = contradiction(said, marginPoints);
        if (found) wrong.push(`${found}, margin ${marginPoints}: ${said.sentence}`);
        seen.add(
          said.answer + (/likely|real loss|a gain|more than the margin|neither/u.exec(said.sentence)?.[0] ?? ""),
        );
        done += 1;
      });
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    // Every kind of sentence came.
    expect([...seen].sort()).toEqual([
      "keep",
      "keepmore than the margin",
      "not enough datalikely",
      "not enough dataneither",
      "quantize",
      "quantizea gain",
      "quantizereal loss",
    ]);
  }, 240_000);
});
