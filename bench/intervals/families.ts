/** Every interval that is printed, each with an experiment whose truth is known: shared by the tests and `npm run bench -- coverage`. */
import { accuracy } from "#shared/metrics/accuracy.ts";
import { accuracyDelta } from "#shared/metrics/accuracy-delta.ts";
import { accuracyDeltaBySubject } from "#shared/metrics/accuracy-by-subject.ts";
import { excessFlips } from "#shared/metrics/excess-flips.ts";
import { flipShare } from "#shared/metrics/flips.ts";
import { createRandom as seeded, type Random } from "#shared/random.ts";
import { bootstrapMean } from "#shared/stats/bootstrap.ts";
import { boundedMean } from "#shared/stats/bounded-mean.ts";
import type { Interval } from "#shared/stats/interval.ts";
import { launchRatio } from "#shared/stats/launch-ratio.ts";
import { launchSummary, type LaunchSamples } from "#shared/stats/launch-summary.ts";
import {
  chunkMeans,
  chunkPositions,
  correctness,
  divergences,
  drawn,
  FORMATS_TRIED,
  jaccards,
  meanOf,
  normal,
  type Tried,
} from "./populations.ts";

/** The sizes that the product uses. */
export const QUESTIONS = [50, 100, 200, 320, 800, 1600];
export const LAUNCHES = [6, 8, 12];
export const CHUNKS = [24, 32];

export interface Family {
  readonly name: string;
  readonly sizes: readonly number[];
  /** Its cost in continuous integration: a bootstrap takes a thousand times as long as a formula. */
  readonly cost: "formula" | "bootstrap";
  readonly truth: number;
  /** One experiment of so many questions, chunks or launches. Null where nothing is printed. */
  readonly experiment: (n: number, random: Random, resamples: number) => Interval | null;
}

/** Covered and all experiments that printed something. */
export function tryOut(
  { truth, experiment }: Family,
  n: number,
  experiments: number,
  random: Random,
  resamples = 1000,
): { readonly covered: number; readonly printed: number; readonly below: number } {
  let [covered, printed, below] = [0, 0, 0];
  for (let round = 0; round < experiments; round += 1) {
    const interval = experiment(n, random, resamples);
    if (interval === null) continue;
    printed += 1;
    if (interval.low <= truth && truth <= interval.high) covered += 1;
    if (interval.high < truth) below += 1;
  }
  return { covered, printed, below };
}

const RATES = { w8: 0.975, int4: 0.93, nf4: 0.8 } as const;

/** Shares of questions: the share of right answers, of flips and of equal most likely tokens. */
export function shareFamilies(): Family[] {
  return FORMATS_TRIED.flatMap((format): Family[] => {
    const pairs = correctness(format);
    const flips = pairs.filter(({ reference, candidate }) => reference !== candidate).length / pairs.length;
    const right = pairs.filter(({ candidate }) => candidate).length / pairs.length;
    const base = { sizes: QUESTIONS, cost: "formula" } as const;
    return [
      {
        ...base,
        name: `accuracy of ${format}`,
        truth: right,
        experiment: (n, random) => accuracy(drawn(pairs, n, random).map(({ candidate }) => candidate)).interval,
      },
      {
        ...base,
        name: `accuracy, ${100 * RATES[format]} % right`,
        truth: RATES[format],
        experiment: (n, random) =>
          accuracy(Array.from({ length: n }, () => random.nextFloat() < RATES[format])).interval,
      },
      {
        ...base,
        name: `flips of ${format}`,
        truth: flips,
        experiment: (n, random) => {
          const [correctToWrong, wrongToCorrect] = flipCounts(drawn(pairs, n, random));
          return flipShare({ n, correctToWrong, wrongToCorrect, wrongToOtherWrong: 0 }).interval;
        },
      },
    ];
  });
}

type Pairs = ReturnType<typeof correctness>;

function flipCounts(pairs: Pairs): [number, number] {
  return [
    pairs.filter(({ reference, candidate }) => reference && !candidate).length,
    pairs.filter(({ reference, candidate }) => !reference && candidate).length,
  ];
}

/** Overlaps of the most likely tokens; at 1 the share of equal ones. */
export function overlapFamilies(): Family[] {
  const questions = FORMATS_TRIED.flatMap((format) =>
    ([1, 3, 5, 20] as const).map((k) => overlap(`Jaccard@${k} of ${format}`, jaccards(format, k), QUESTIONS)),
  );
  const texts = FORMATS_TRIED.flatMap((format) => [
    overlap(`Jaccard@1 of ${format} in texts`, chunkPositions(format, "top1"), CHUNKS),
    overlap(`Jaccard@20 of ${format} in texts`, chunkPositions(format, "top20"), CHUNKS),
  ]);
  return [...questions, ...texts];
}

function overlap(name: string, population: number[][], sizes: readonly number[]): Family {
  return {
    ...{ name, sizes, cost: "formula", truth: meanOf(population) },
    experiment: (n, random) => boundedMean(drawn(population, n, random))!.interval,
  };
}

/** Divergences, of which a few positions make up most. Over chunks of text, too few for that, nothing is printed. */
export function divergenceFamilies(): Family[] {
  return FORMATS_TRIED.map((format) => divergence(`KL of ${format}`, divergences(format), QUESTIONS));
}

function divergence(name: string, population: number[][], sizes: readonly number[]): Family {
  return {
    ...{ name, sizes, cost: "bootstrap", truth: meanOf(population) },
    experiment: (n, random, resamples) =>
      bootstrapMean(drawn(population, n, random), { seed: random.nextUint32(), resamples, tail: "heavy" })!.interval,
  };
}

/** Changes inside running text, a value a chunk: the logarithm of the perplexity ratio, and the change of p in points. */
export function textFamilies(): Family[] {
  return FORMATS_TRIED.flatMap((format) =>
    (["nll", "points"] as const).map((what): Family => {
      const population = chunkMeans(format, what);
      return {
        ...{
          name: `${what === "nll" ? "perplexity ratio" : "change of p"} of ${format}`,
          sizes: CHUNKS,
          cost: "bootstrap",
        },
        truth: meanOf(population),
        experiment: (n, random, resamples) =>
          bootstrapMean(drawn(population, n, random), { seed: random.nextUint32(), resamples })!.interval,
      };
    }),
  );
}

/** Changes of accuracy: of these questions, of other subjects, and of flips beyond those of the reference against itself. */
export function changeFamilies(): Family[] {
  return FORMATS_TRIED.flatMap((format): Family[] => {
    const pairs = correctness(format);
    const [lost, gained] = flipCounts(pairs);
    const delta = (gained - lost) / pairs.length;
    const base = { sizes: QUESTIONS, cost: "formula" } as const;
    return [
      {
        ...base,
        name: `change of accuracy of ${format}`,
        truth: delta,
        experiment: (n, random) => {
          const [correctToWrong, wrongToCorrect] = flipCounts(drawn(pairs, n, random));
          return accuracyDelta({ n, correctToWrong, wrongToCorrect } as Parameters<typeof accuracyDelta>[0])!.interval;
        },
      },
      excess(format, pairs),
      bySubject(format, 0),
      bySubject(format, 0.01),
    ];
  });
}

const FLOOR = 0.01;

/** The reference flips against itself at one question in a hundred, half of them where the candidate does. */
function excess(format: Tried, pairs: Pairs): Family {
  const flips = pairs.map(({ reference, candidate }) => reference !== candidate);
  const share = flips.filter(Boolean).length / flips.length;
  const both = (0.5 * FLOOR) / share;
  const alone = (0.5 * FLOOR) / (1 - share);
  return {
    ...{ name: `excess flips of ${format}`, sizes: QUESTIONS, cost: "formula", truth: share - FLOOR },
    experiment: (n, random) =>
      excessFlips(
        drawn(flips, n, random).map((candidate) => ({
          candidate,
          floor: random.nextFloat() < (candidate ? both : alone),
        })),
      )!.interval,
  };
}

const LOSSES = { w8: 0.01, int4: 0.03, nf4: 0.06 } as const;
const SUBJECTS = 16;

/** Subjects of unlike size, of which each loses more or less than the mean. The size is that of questions. */
function bySubject(format: Tried, spread: number): Family {
  return {
    ...{ name: `change over subjects, ${100 * LOSSES[format]} % lost, spread ${100 * spread} points`, cost: "formula" },
    sizes: QUESTIONS.filter((n) => n >= 200),
    truth: 0.01 - LOSSES[format],
    experiment: (n, random) => {
      const effects = Array.from({ length: SUBJECTS }, () => spread * Math.max(-1, Math.min(1, normal(random))));
      const questions = Array.from({ length: n }, () => {
        // The first subjects are asked more often.
        const subject = Math.floor(SUBJECTS * random.nextFloat() * (0.5 + random.nextFloat() / 2));
        const draw = random.nextFloat();
        const lost = LOSSES[format] + effects[subject]! * Math.min(1, LOSSES[format] / 0.01);
        const [reference, candidate] = draw < lost ? [true, false] : draw > 0.99 ? [false, true] : [true, true];
        return { subject: `subject ${subject}`, reference, candidate };
      });
      return accuracyDeltaBySubject(questions)!.interval;
    },
  };
}

interface Noise {
  readonly betweenLaunches: number;
  readonly withinLaunch: number;
  /** Share of runs that were disturbed and took three times as long. */
  readonly disturbed: number;
}

/** As measured: launches differ by 3 %, runs of one by 6 %, and some are disturbed; and a machine that is not quiet. */
const NOISES: Readonly<Record<string, Noise>> = {
  "a quiet machine": { betweenLaunches: 0.03, withinLaunch: 0.06, disturbed: 0.03 },
  "a busy machine": { betweenLaunches: 0.15, withinLaunch: 0.2, disturbed: 0.1 },
};

function launchesOf(n: number, typical: number, noise: Noise, random: Random): LaunchSamples[] {
  return Array.from({ length: n }, (_, launch) => {
    const level = typical * Math.exp(noise.betweenLaunches * normal(random));
    const samples = Array.from({ length: 10 }, () => {
      const value = level * Math.exp(noise.withinLaunch * normal(random));
      return random.nextFloat() < noise.disturbed ? 3 * value : value;
    });
    return { launch, samples };
  });
}

/** Memory hardly varies, and in steps: now and then an arena grows once more. */
function memoryOf(n: number, typical: number, random: Random): LaunchSamples[] {
  return Array.from({ length: n }, (_, launch) => {
    const step = random.nextFloat() < 0.2 ? 1.04 : 1;
    return { launch, samples: [Math.round(typical * step * (1 + 0.002 * normal(random)))] };
  });
}

/** Over launches: the median of a cell, and ratios of two by Hodges-Lehmann, paired by launch. Words per minute are such a ratio too. */
export function launchFamilies(): Family[] {
  const base = { sizes: LAUNCHES, cost: "formula" } as const;
  const timed = Object.entries(NOISES).flatMap(([where, noise]): Family[] => [
    {
      ...base,
      name: `latency of a cell, ${where}`,
      truth: medianOfMedians(noise),
      experiment: (n, random) => launchSummary(launchesOf(n, 100, noise, random)),
    },
    {
      ...base,
      name: `latency, decode and words ratio, ${where}`,
      truth: 1.3,
      experiment: (n, random) => launchRatio(launchesOf(n, 130, noise, random), launchesOf(n, 100, noise, random)),
    },
  ]);
  return [
    ...timed,
    {
      ...base,
      name: "memory ratio",
      truth: 2,
      experiment: (n, random) => launchRatio(memoryOf(n, 6e8, random), memoryOf(n, 3e8, random)),
    },
  ];
}

/** Finds the median of launches' medians: near 100, moved by the disturbed runs. It comes from one long draw, always the same. */
function medianOfMedians(noise: Noise): number {
  const random = seeded(7);
  const medians = launchesOf(40_001, 100, noise, random).map(({ samples }) => {
    const sorted = Float64Array.from(samples).sort();
    return (sorted[4]! + sorted[5]!) / 2;
  });
  return Float64Array.from(medians).sort()[20_000]!;
}
