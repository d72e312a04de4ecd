/**
 * Real answers of the bundled model to 24,000 fresh questions (make_answers.py says how they were made), and populations of
 * questions made from them in which the true loss is known.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PairedAnswer } from "#shared/metrics/answer-change.ts";
import type { Random } from "#shared/random.ts";

export const FORMATS = ["fp32", "w8", "int4", "nf4"] as const;
type Format = (typeof FORMATS)[number];
const RECORD_BYTES = 9;
const SUBJECTS = 8;

/** Questions that can be drawn with a chance of their own each, so that the mean change of correctness is what is wanted. */
export interface Population {
  /** Share, candidate minus reference. */
  readonly change: number;
  /** Mean change of the right choice's probability. */
  readonly probability: number;
  readonly draw: (n: number, random: Random) => PairedAnswer[];
}

/** Every question, answered by fp32 and by `format`. */
export function pairedAnswers(format: Exclude<Format, "fp32">): PairedAnswer[] {
  const file = readFileSync(join(import.meta.dirname, "answers.bin"));
  const place = FORMATS.indexOf(format);
  const count = file.length / RECORD_BYTES;
  return Array.from({ length: count }, (_, index) => {
    const at = index * RECORD_BYTES;
    const probability = (of: number): number => file.readUInt16LE(at + 1 + 2 * of) / 65535;
    return {
      before: (file[at]! & 1) !== 0,
      after: (file[at]! & (1 << place)) !== 0,
      probability: [probability(0), probability(place)],
      subject: null,
    };
  });
}

/** Those of one of the eight subjects, by its number. */
export function ofSubject(answers: readonly PairedAnswer[], subject: number): PairedAnswer[] {
  const size = answers.length / SUBJECTS;
  return answers.slice(subject * size, (subject + 1) * size);
}

/** The reference and the candidate change places in every second question: as many flips, and no loss. */
export function turned(answers: readonly PairedAnswer[], random: Random): PairedAnswer[] {
  return answers.map((answer) => {
    if (random.nextInt(2) === 0) return answer;
    const [before, after] = answer.probability!;
    return { ...answer, before: answer.after, after: answer.before, probability: [after, before] };
  });
}

/** Without probabilities, as generated answers are. */
export function lettersOnly(answers: readonly PairedAnswer[]): PairedAnswer[] {
  return answers.map((answer) => ({ ...answer, probability: null }));
}

/**
 * Questions that flip to wrong, to right and not at all are drawn more or less often, by one factor (exponential tilting), until the
 * mean change is `change`; within each kind all questions are alike. Without `change` they are drawn as they are.
 */
export function populationOf(answers: readonly PairedAnswer[], change?: number): Population {
  const kinds = [-1, 0, 1].map((flip) =>
    answers.filter(({ before, after }) => Number(after) - Number(before) === flip),
  );
  const counts = kinds.map(({ length }) => length);
  const meanAt = (tilt: number): number => {
    const weights = counts.map((count, index) => count * Math.exp(tilt * (index - 1)));
    return (weights[2]! - weights[0]!) / weights.reduce((a, b) => a + b, 0);
  };
  let [low, high] = change === undefined ? [0, 0] : [-20, 20];
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (meanAt(middle) < change!) low = middle;
    else high = middle;
  }
  const tilt = (low + high) / 2;
  const weights = counts.map((count, index) => count * Math.exp(tilt * (index - 1)));
  const total = weights.reduce((a, b) => a + b, 0);
  const moved = kinds.map((kind) =>
    meanOf(kind.map(({ probability }) => (probability ? probability[1] - probability[0] : 0))),
  );
  return {
    change: meanAt(tilt),
    probability: moved.reduce((sum, value, index) => sum + (value * weights[index]!) / total, 0),
    draw: (n, random) =>
      Array.from({ length: n }, () => {
        const at = random.nextFloat() * total;
        const kind = at < weights[0]! ? 0 : at < weights[0]! + weights[1]! ? 1 : 2;
        return kinds[kind]![random.nextInt(counts[kind]!)]!;
      }),
  };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}
