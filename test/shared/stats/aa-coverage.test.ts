import { describe, expect, it } from "vitest";
import { accuracyDeltaBySubject } from "#shared/metrics/accuracy-by-subject.ts";
import { createRandom, type Random } from "#shared/random.ts";
import { type LaunchRatio, launchRatio, ratioFinding } from "#shared/stats/launch-ratio.ts";
import type { LaunchSamples } from "#shared/stats/launch-summary.ts";

/** By the polar form of Box and Muller. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.nextFloat()));
  return radius * Math.cos(2 * Math.PI * random.nextFloat());
}

interface Noise {
  readonly betweenLaunches: number;
  readonly withinLaunch: number;
  /** Share of runs that were disturbed and took three times as long. */
  readonly disturbed: number;
}

/** A cell as measured on a real machine: launches differ by 3 %, runs of one by 6 %, and some are disturbed. */
const REAL: Noise = { betweenLaunches: 0.03, withinLaunch: 0.06, disturbed: 0.03 };

function cell(random: Random, typicalMs: number, { betweenLaunches, withinLaunch, disturbed }: Noise): LaunchSamples[] {
  return Array.from({ length: 6 }, (_, launch) => {
    const level = typicalMs * Math.exp(betweenLaunches * normal(random));
    const samples = Array.from({ length: 10 }, () => {
      const ms = level * Math.exp(withinLaunch * normal(random));
      return random.nextFloat() < disturbed ? 3 * ms : ms;
    });
    return { launch, samples };
  });
}

function comparisons(seed: number, count: number, speedUp = 1, noise = REAL): LaunchRatio[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () =>
    launchRatio(cell(random, 100, noise), cell(random, 100 / speedUp, noise))!,
  );
}

const covers =
  (value: number) =>
  ({ low, high }: LaunchRatio): boolean =>
    low <= value && value <= high;

describe("a variant against itself (A/A)", () => {
  it("has no effect inside its 95 % interval in at least 90 % of 40 comparisons of latency", () => {
    expect(comparisons(20, 40).filter(covers(1)).length).toBeGreaterThanOrEqual(36);
  });

  it("has it there in 96.9 % of very many: what six launches promise", () => {
    const share = comparisons(21, 1500).filter(covers(1)).length / 1500;
    expect(Math.abs(share - 0.96875)).toBeLessThan(0.015);
  });

  it("is rarely called faster or slower", () => {
    const wrong = comparisons(22, 500).filter((ratio) => ratioFinding(ratio) !== "same").length;
    expect(wrong / 500).toBeLessThan(0.05);
  });

  it("would be so far too often, were runs taken for launches", () => {
    // Six launches' worth of runs in one process each: the interval knows nothing of what differs between processes.
    const random = createRandom(23);
    let covered = 0;
    for (let round = 0; round < 200; round += 1) {
      const [a, b] = [cell(random, 100, REAL)[0]!, cell(random, 100, REAL)[0]!];
      const runs = (launch: LaunchSamples): LaunchSamples[] =>
        Array.from(launch.samples, (ms, i) => ({ launch: i, samples: [ms] }));
      if (covers(1)(launchRatio(runs(a), runs(b))!)) covered += 1;
    }
    expect(covered / 200).toBeLessThan(0.9);
  });

  it("has a change of accuracy of exactly 0, inside its interval", () => {
    const random = createRandom(24);
    const questions = Array.from({ length: 200 }, (_, i) => {
      const right = random.nextFloat() < 0.6;
      return { subject: `subject ${i % 12}`, reference: right, candidate: right };
    });
    const { delta, interval } = accuracyDeltaBySubject(questions)!;
    expect(delta).toBe(0);
    expect(interval!.low).toBeLessThan(0);
    expect(interval!.high).toBeGreaterThan(0);
  });
});

describe("a variant that is 1.3 times as fast", () => {
  it("has 1.3 inside its interval as often, and is called faster nearly always", () => {
    const ratios = comparisons(26, 500, 1.3);
    expect(ratios.filter(covers(1.3)).length / 500).toBeGreaterThan(0.94);
    expect(ratios.filter((ratio) => ratioFinding(ratio) === "faster").length / 500).toBeGreaterThan(0.99);
  });
});
