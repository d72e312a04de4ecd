import { describe, expect, it } from "vitest";
import { compareSpeeds, medianLatencyMs } from "#shared/compare/compare-speeds.ts";
import { joinDecode, joinForward } from "#shared/compare/join-launches.ts";
import { significant } from "#shared/format-numbers.ts";
import { headlineMemory } from "#shared/compare/memory-of.ts";
import { createRandom } from "#shared/random.ts";
import type { CellResult, DecodeLaunch, ForwardLaunch } from "#shared/results.ts";
import { ratioFinding } from "#shared/stats/launch-ratio.ts";
import { cell } from "../compare/cells.ts";

/** As a reader checks a ratio: with the numbers as they are printed. */
const printed = (value: number): number => Number(significant(value).replaceAll(",", ""));

describe("a ratio and the two numbers beside it", () => {
  it("never say opposite things, whatever the launches were", () => {
    const random = createRandom(14);
    for (let round = 0; round < 400; round++) {
      const [reference, candidate] = [made(random), made(random)];
      const { latencyRatio, decodeRatio, memoryRatio } = compareSpeeds(reference, candidate);
      const [ours, theirs] = [reference, candidate];
      const ms = (each: CellResult): number => medianLatencyMs(each.forward[0]!)!;
      agree(latencyRatio[0]!, ms(ours) / ms(theirs), [ms(ours), ms(theirs)]);
      const bytes = (each: CellResult): number => headlineMemory(each, 1)!.bytes;
      if (memoryRatio[0]) agree(memoryRatio[0], bytes(ours) / bytes(theirs), [bytes(ours), bytes(theirs)], 1e-6);
      const rate = (each: CellResult): number => each.decode[0]!.decodeTokensPerSecond!;
      agree(decodeRatio[0]!, rate(theirs) / rate(ours), [rate(theirs), rate(ours)]);
    }
  });

  it("agree where pairs and medians do not: 93.7 to 88.7 tokens/s is not faster", () => {
    // Each launch's median step is quicker, and a few slow steps make the whole slower.
    const steps = (ms: number, slow: number): number[] => [...new Array<number>(19).fill(ms), slow];
    const of = (ms: number, slow: number): CellResult =>
      cell("x@cpu", { decode: joinDecode([0, 1, 2, 3, 4, 5].map((launch) => decoded(launch, steps(ms, slow)))) });
    const [ratio] = compareSpeeds(of(10.6, 12), of(10.4, 28)).decodeRatio;
    expect(ratio!.ratio).toBeLessThan(1);
    expect(ratioFinding(ratio!)).not.toBe("faster");
  });
});

function agree(
  found: { ratio: number; low: number; high: number; kind: "signed-rank" | "range" | "runs" },
  shown: number,
  [above, below]: readonly [number, number],
  within = 1e-9,
): void {
  expect(Math.abs(found.ratio / shown - 1)).toBeLessThan(within);
  expect(found.low).toBeLessThanOrEqual(found.ratio);
  expect(found.high).toBeGreaterThanOrEqual(found.ratio);
  const finding = ratioFinding(found);
  if (finding === "faster") expect(printed(above)).toBeGreaterThanOrEqual(printed(below));
  if (finding === "slower") expect(printed(above)).toBeLessThanOrEqual(printed(below));
}

function made(random: ReturnType<typeof createRandom>): CellResult {
  const noise = (): number => Math.exp((random.nextFloat() - 0.5) * (random.nextFloat() < 0.2 ? 1 : 0.1));
  const numbers = Array.from({ length: 1 + Math.floor(random.nextFloat() * 8) }, (_, launch) => launch);
  const forward = numbers.map((launch) =>
    timed(
      launch,
      [10, 10, 10].map((ms) => ms * noise()),
      2e8 * noise(),
    ),
  );
  const decode = numbers.map((launch) =>
    decoded(
      launch,
      Array.from({ length: 5 }, () => 10 * noise()),
    ),
  );
  return cell("x@cpu", { forward: joinForward(forward), decode: joinDecode(decode) });
}

function timed(launch: number, latencyMs: number[], bytes: number): ForwardLaunch {
  return {
    kind: "timing",
    launch,
    batchSize: 1,
    sequenceLength: 128,
    latencyMs,
    computeMs: latencyMs,
    warmupMs: [],
    peakMemoryBytes: Math.round(bytes),
    runPeakBytes: null,
    anonymousBytes: null,
    fileBytes: null,
    deviceMemoryBytes: null,
    foreignLoadCores: null,
    repeats: 1,
    swapped: false,
    skipped: null,
  };
}

function decoded(launch: number, interTokenMs: number[]): DecodeLaunch {
  return {
    launch,
    way: "user",
    method: "plain",
    batchSize: 1,
    depth: 128,
    promptTokens: 128,
    timeToFirstTokenMs: [20],
    interTokenMs,
    graph: "exported",
    foreignLoadCores: null,
    skipped: null,
  };
}
