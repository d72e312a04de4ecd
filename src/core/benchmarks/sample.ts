import { createRandom, hashSeed } from "#shared/random.ts";
import type { Spec } from "#shared/spec.ts";
import type { Question } from "#core/benchmarks/question.ts";

/**
 * The questions that are asked: all, or a seeded sample without replacement in file order; stratified by subject, each subject
 * gives its share (largest remainders).
 */
export function sampleQuestions(questions: readonly Question[], sample: Spec["sample"]): Question[] {
  const limit = sample?.limit;
  if (sample === undefined || limit === undefined || limit >= questions.length) return [...questions];
  const groups = sample.stratifyBy === "subject" ? groupBySubject(questions) : [questions];
  const quotas = shares(
    groups.map((group) => group.length),
    limit,
  );
  const chosen = new Set(
    groups.flatMap((group, index) => draw(group, quotas[index]!, hashSeed("sample", sample.seed, index))),
  );
  return questions.filter((question) => chosen.has(question));
}

function groupBySubject(questions: readonly Question[]): Question[][] {
  return [...Map.groupBy(questions, ({ subject }) => subject ?? "").values()];
}

/** `total` split in proportion to `sizes`, whole numbers, the largest remainders rounded up. */
function shares(sizes: readonly number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * total) / all);
  const whole = exact.map(Math.floor);
  const missing = total - whole.reduce((sum, count) => sum + count, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, rest: value - whole[index]! }))
    .sort((a, b) => b.rest - a.rest);
  for (const { index } of byRemainder.slice(0, missing)) whole[index]! += 1;
  return whole;
}

/** Fisher-Yates over the first `count` places. */
function draw<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = createRandom(seed);
  const pool = [...items];
  for (let index = 0; index < count; index++) {
    const other = index + random.nextInt(pool.length - index);
    [pool[index], pool[other]] = [pool[other]!, pool[index]!];
  }
  return pool.slice(0, count);
}
