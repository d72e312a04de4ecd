/**
 * How often verdicts are wrong, and how often they decide: `npm run bench -- verdict [--experiments N] [--seed N] [--json]`. Questions are drawn
 * from real answers of the bundled model (bench/verdict/answers.ts) so that the true loss is known, and judged by the product's own functions.
 * Three rules stand side by side: `before` (Bonett-Price for "quantize", McNemar after Holm for a loss), `audit` (half answers, half
 * probabilities, whatever the latter say) and `now` (verdict/decide.ts). The margin is 1 point.
 */
import { parseArgs } from "node:util";
import { answerChange, type PairedAnswer } from "#shared/metrics/answer-change.ts";
import { createRandom, hashSeed, type Random } from "#shared/random.ts";
import { decide } from "#shared/verdict/decide.ts";
import { bonettPrice } from "#shared/stats/bonett-price.ts";
import { holm } from "#shared/stats/holm.ts";
import { mcnemar } from "#shared/stats/mcnemar.ts";
import { studentTCdf } from "#shared/stats/student-t.ts";
import { lettersOnly, ofSubject, pairedAnswers, type Population, populationOf, turned } from "./verdict/answers.ts";

const { values } = parseArgs({
  options: {
    experiments: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const experiments = Number(values.experiments);
const seed = Number(values.seed);
const MARGIN_POINTS = 1;
const MARGIN = MARGIN_POINTS / 100;
const ALPHA = 0.025;

interface RuleOutcome {
  readonly quantize: boolean;
  readonly loss: boolean;
}

type Rule = (candidates: readonly (readonly PairedAnswer[])[]) => RuleOutcome[];

const counts = (answers: readonly PairedAnswer[]): { n: number; b: number; c: number } => ({
  n: answers.length,
  b: answers.filter(({ before, after }) => before && !after).length,
  c: answers.filter(({ before, after }) => !before && after).length,
});

const RULES: Readonly<Record<string, Rule>> = {
  before: (candidates) => {
    const paired = candidates.map(counts);
    const p = holm(paired.map(({ b, c }) => mcnemar(b, c).exact));
    return paired.map((each, index) => {
      const { low, high } = bonettPrice(each)!;
      return { quantize: low > -MARGIN, loss: high < 0 && p[index]!.adjusted < 2 * ALPHA };
    });
  },
  audit: (candidates) => {
    const scores = candidates.map(scored);
    const ruled = holm(
      scores.map(({ mean, error, df }) => 1 - studentTCdf((mean + MARGIN) / error, df)),
      ALPHA,
    );
    const shown = holm(
      scores.map(({ mean, error, df }) => studentTCdf(mean / error, df)),
      ALPHA,
    );
    return scores.map(({ plain }, index) => ({
      quantize: ruled[index]!.rejected && plain > -MARGIN,
      loss: shown[index]!.rejected,
    }));
  },
  now: (candidates) =>
    decide(candidates.map(answerChange), MARGIN_POINTS, 1).map((decision) => ({
      quantize: decision!.ruledOut,
      loss: decision!.shown,
    })),
};

/** The audit's rule: mean of half of each, two pseudo-questions of the largest change of probability, one half at least. */
function scored(answers: readonly PairedAnswer[]): { mean: number; error: number; df: number; plain: number } {
  const flips = answers.map(({ before, after }) => Number(after) - Number(before));
  const moves = answers.map(({ probability }, index) =>
    probability ? probability[1] - probability[0] : flips[index]!,
  );
  const z = flips.map((flip, index) => (flip + moves[index]!) / 2);
  const pseudo = Math.max(0.5, ...moves.map(Math.abs));
  const n = z.length + 2;
  const mean = z.reduce((a, b) => a + b, 0) / n;
  const squares = z.reduce((sum, value) => sum + value * value, 2 * pseudo * pseudo);
  const error = Math.sqrt((squares - n * mean * mean) / (n - 1) / n);
  return { mean, error, df: n - 1, plain: flips.reduce((a, b) => a + b, 0) / z.length };
}

const [w8, int4, nf4] = (["w8", "int4", "nf4"] as const).map(pairedAnswers) as [
  PairedAnswer[],
  PairedAnswer[],
  PairedAnswer[],
];
const random = createRandom(hashSeed("turned", seed));
/** The subject in which probabilities understate the loss most, at a loss of the margin. */
const worstOf = (answers: PairedAnswer[]): Population =>
  Array.from({ length: 8 }, (_, subject) => populationOf(ofSubject(answers, subject), -MARGIN)).reduce((a, b) =>
    b.probability > a.probability ? b : a,
  );

interface Simulation {
  readonly truth: string;
  readonly population: Population;
  readonly sizes: readonly number[];
  readonly candidates: readonly number[];
}

const SIMULATIONS: readonly Simulation[] = [
  { truth: "w8 as it is", population: populationOf(w8), sizes: [200, 320, 1600], candidates: [1] },
  {
    truth: "no loss, 5 % flips",
    population: populationOf(turned(nf4, random), 0),
    sizes: [320, 1600],
    candidates: [1],
  },
  { truth: "loss 1.0, like nf4", population: populationOf(nf4, -MARGIN), sizes: [320, 1600], candidates: [1, 3, 9] },
  { truth: "loss 1.0, like int4", population: populationOf(int4, -MARGIN), sizes: [320, 1600], candidates: [1, 3, 9] },
  { truth: "loss 1.0, nf4's worst subject", population: worstOf(nf4), sizes: [320, 1600], candidates: [1, 3, 9] },
  { truth: "loss 1.0, int4's worst subject", population: worstOf(int4), sizes: [320, 1600], candidates: [1, 3, 9] },
  {
    truth: "loss 1.0, letters only",
    population: populationOf(lettersOnly(nf4), -MARGIN),
    sizes: [320, 1600],
    candidates: [1, 3, 9],
  },
  {
    truth: "loss 1.0, w8's flips alone",
    population: populationOf(w8, -MARGIN),
    sizes: [320, 1600],
    candidates: [1, 3, 9],
  },
  { truth: "loss 1.7, like nf4", population: populationOf(nf4, -0.017), sizes: [320, 1600], candidates: [1] },
];

const percent = (count: number): string => ((100 * count) / experiments).toFixed(1).padStart(5);
const table: Record<string, Record<string, { quantize: number; any: number; loss: number }>> = {};
process.stdout.write(
  `Share of ${experiments} experiments, %: "quantize" for the first candidate, for any of them, and a loss shown\n`,
);
process.stdout.write(
  `${"truth".padEnd(32)} points  (p)     n  candidates${Object.keys(RULES)
    .map((rule) => rule.padStart(20))
    .join("")}\n`,
);
for (const { truth, population, sizes, candidates } of SIMULATIONS) {
  for (const n of sizes) {
    for (const family of candidates) {
      const tally = Object.fromEntries(Object.keys(RULES).map((rule) => [rule, { quantize: 0, any: 0, loss: 0 }]));
      const stream = createRandom(hashSeed("verdict", seed, n));
      for (let experiment = 0; experiment < experiments; experiment += 1) {
        const drawn = Array.from({ length: family }, () => population.draw(n, stream));
        for (const [rule, judge] of Object.entries(RULES)) {
          const said = judge(drawn);
          tally[rule]!.quantize += Number(said[0]!.quantize);
          tally[rule]!.any += Number(said.some(({ quantize }) => quantize));
          tally[rule]!.loss += Number(said[0]!.loss);
        }
      }
      table[`${truth}, n ${n}, ${family}`] = tally;
      const cells = Object.values(tally).map(
        ({ quantize, any, loss }) => `${percent(quantize)} ${percent(any)} ${percent(loss)}`,
      );
      const points = `${(100 * population.change).toFixed(2)} (${(100 * population.probability).toFixed(2)})`;
      process.stdout.write(
        `${truth.padEnd(32)} ${points.padStart(14)} ${String(n).padStart(5)} ${String(family).padStart(6)}    ${cells.map((cell) => cell.padStart(20)).join("")}\n`,
      );
    }
  }
}

/** The outcomes after asking as many more questions as the undecided verdict names, and looking again. */
interface Followed {
  quantize: number;
  undecided: number;
  asSeen: number;
  whatever: number;
}
const MOST_MORE = 40_000;

function follow(population: Population, n: number, stream: Random): Followed {
  const result = { quantize: 0, undecided: 0, asSeen: 0, whatever: 0 };
  for (let experiment = 0; experiment < experiments; experiment += 1) {
    const asked = population.draw(n, stream);
    const [first] = decide([answerChange(asked)], MARGIN_POINTS, 1);
    if (first!.ruledOut) result.quantize += 1;
    if (!first!.more) continue;
    result.undecided += 1;
    const more = population.draw(Math.min(MOST_MORE, first!.more.whatever), stream);
    const lookAt = (count: number): { ruledOut: boolean; shown: boolean } =>
      decide([answerChange([...asked, ...more.slice(0, count)])], MARGIN_POINTS, 2)[0]!;
    const asSeen = lookAt(first!.more.asSeen);
    const whatever = lookAt(first!.more.whatever);
    result.asSeen += Number(asSeen.ruledOut || asSeen.shown);
    result.whatever += Number(whatever.ruledOut || whatever.shown);
    if (whatever.ruledOut) result.quantize += 1;
  }
  return result;
}

process.stdout.write(
  '\nAsking as many more questions as an undecided verdict names, %: undecided at first; decided after the fewer and after the\nmore questions of the range; "quantize" at either look\n',
);
const followed: Record<string, Followed> = {};
for (const { truth, population } of SIMULATIONS) {
  for (const n of [320]) {
    const result = follow(population, n, createRandom(hashSeed("follow", seed, n)));
    followed[`${truth}, n ${n}`] = result;
    const of = (count: number): string =>
      (result.undecided === 0 ? "-" : ((100 * count) / result.undecided).toFixed(0)).padStart(4);
    process.stdout.write(
      `${truth.padEnd(32)} ${String(n).padStart(5)} ${percent(result.undecided)} ${of(result.asSeen)} ${of(result.whatever)} ${percent(result.quantize)}\n`,
    );
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ bench: "verdict", experiments, seed, table, followed })}\n`);
