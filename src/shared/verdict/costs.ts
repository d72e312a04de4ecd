/** What a candidate saves and costs against the reference, in words. Only differences that are more than noise count. */
import type { CellResult, Comparison } from "../results.ts";
import { isNegligible, ratioFinding } from "../stats/launch-ratio.ts";
import type { Differences } from "../compare/compare-cells.ts";
import { memoryFinding } from "../compare/memory-of.ts";
import { plural, times } from "../format-numbers.ts";

/** 1 better than the reference, -1 worse, 0 no difference that could be measured, null not measured. */
type Sign = 1 | 0 | -1 | null;

interface Part {
  readonly sign: Sign;
  /** ln of how many times better: below 0 worse, 0 where no difference was measured; of too few launches, what they showed. */
  readonly gain: number;
  readonly text: string;
  readonly batchSize?: number;
}

export interface Costs {
  /** `3.9x less memory and 1.7x faster at batch 1, a file 3.5x smaller`. */
  readonly text: string;
  /**
   * `yes`: memory or time, more of the one than it costs of the other, or disk space at no price. `disk`: a smaller file, paid for with memory or time.
   * `unknown`: no gain was found, but memory or speed was not measured.
   */
  readonly saves: "yes" | "disk" | "nothing" | "unknown";
  /** What makes the numbers less sure. */
  readonly doubts: readonly string[];
}

/** More of other programs' work than this disturbs a timing. */
const FOREIGN_CORES = 0.15;
/** A fixed piece of work that got slower by more than this during a launch: the processor was throttled. */
const THROTTLED_DRIFT = 0.05;

interface CostsInput {
  readonly reference: CellResult;
  readonly candidate: CellResult;
  readonly differences: Differences;
}

export function costs(input: CostsInput): Costs {
  const memory = memoryPart(input);
  const speeds = [forwardPart(input), decodePart(input)].filter((part) => part !== null);
  const file = filePart(input);
  const parts = [...(memory ? [memory] : []), ...speeds];
  const losses = parts.some(({ sign, gain }) => sign === -1 || (sign === null && gain < 0));
  // Where one is bought with the other, what is gained must be the greater part.
  const gains = parts.some(({ sign }) => sign === 1) && meanGain(memory ? [memory] : []) + meanGain(speeds) > 0;
  const known = memory !== null && speeds.length > 0 && parts.every(({ sign }) => sign !== null);
  return {
    text: [listed(parts), file?.text ?? ""].filter((text) => text !== "").join(", "),
    saves: gains || (file?.sign === 1 && !losses) ? "yes" : !known ? "unknown" : file?.sign === 1 ? "disk" : "nothing",
    doubts: [...crossing(input), ...disturbances(input, speeds[0]?.batchSize)],
  };
}

/** A forward pass and decoding are two views of one speed, and weigh as one. */
function meanGain(speeds: readonly Part[]): number {
  const known = speeds.filter(({ sign }) => sign !== null);
  return known.length === 0 ? 0 : known.reduce((sum, { gain }) => sum + gain, 0) / known.length;
}

/** At the smallest batch size that both have, by what memory-of.ts reads of both; of the device where both ran on one. */
function memoryPart({ reference, candidate, differences }: CostsInput): Part | null {
  const [first] = differences.memoryRatio;
  if (!first) return null;
  const { batchSize, ratio, kind, launches, of } = first;
  // A graphics card's libraries fill the machine's memory too, so that is told apart from the card's own.
  const what =
    of === "device" ? "device memory" : usesDevice(reference, candidate) ? "of the machine's memory" : "memory";
  const words = ratio > 1 ? `${times(ratio)} less ${what}` : `${times(1 / ratio)} more ${what}`;
  const finding = memoryFinding(first);
  if (finding === "same") return { sign: 0, gain: 0, text: `the same ${what}`, batchSize };
  // What a few launches happened to show is no interval, and so no saving.
  if (kind === "range") return { sign: null, gain: Math.log(ratio), text: `${words} (${tooFew(launches)})`, batchSize };
  return { sign: finding === "less" ? 1 : -1, gain: Math.log(ratio), text: words, batchSize };
}

function usesDevice(...cells: readonly CellResult[]): boolean {
  return cells.some(({ forward }) => forward.some(({ deviceMemoryBytes }) => (deviceMemoryBytes ?? 0) > 0));
}

function forwardPart({ differences }: CostsInput): Part | null {
  const [first] = differences.latencyRatio;
  if (!first) return null;
  return timePart(first, differences.decodeRatio.length > 0 ? "forward passes" : "");
}

/** By the engine's own way where both have it: the user's way copies the whole cache each step, alike for every format. */
function decodePart({ differences: { decodeRatio } }: CostsInput): Part | null {
  const first = decodeRatio.find(({ way }) => way === "compute") ?? decodeRatio[0];
  return first ? timePart(first, "decoding") : null;
}

/** @param what is faster: `decoding`; empty where there is only one speed */
function timePart(ratio: Comparison["latencyRatio"][number], what: string): Part {
  const { batchSize, launches } = ratio;
  const named = (words: string): string => (what === "" ? words : `${words} ${what}`);
  const finding = ratioFinding(ratio);
  if (finding === "unknown") {
    const text = `an unknown difference in ${what === "" ? "speed" : `the speed of ${what}`} (${tooFew(launches)})`;
    return { sign: null, gain: Math.log(ratio.ratio), text, batchSize };
  }
  if (finding === "same") {
    const text = `no measurable difference in ${what === "" ? "speed" : `the speed of ${what}`}`;
    return { sign: 0, gain: 0, text, batchSize };
  }
  const gain = Math.log(ratio.ratio);
  return finding === "faster"
    ? { sign: 1, gain, text: named(`${times(ratio.ratio)} faster`), batchSize }
    : { sign: -1, gain, text: named(`${times(1 / ratio.ratio)} slower`), batchSize };
}

const tooFew = (launches: number): string => `${plural(launches, "launch")}, too few for an interval`;

/** Null where another tool did not say how large its file was. */
function filePart({ reference, candidate }: CostsInput): Part | null {
  if (reference.bytes === 0 || candidate.bytes === 0) return null;
  const ratio = reference.bytes / candidate.bytes;
  const gain = Math.log(ratio);
  if (isNegligible(ratio)) return { sign: 0, gain, text: "a file of the same size" };
  return ratio > 1
    ? { sign: 1, gain, text: `a file ${times(ratio)} smaller` }
    : { sign: -1, gain, text: `a file ${times(1 / ratio)} larger` };
}

/** Parts as one phrase; "but" where one is good and the next bad. A batch size that all share is named once, at the end. */
function listed(parts: readonly Part[]): string {
  const shared = parts.every(({ batchSize }) => batchSize === parts[0]!.batchSize);
  return parts.reduce((text, part, index) => {
    const before = parts[index - 1];
    const opposed = before !== undefined && (before.sign ?? 0) * (part.sign ?? 0) < 0;
    const last = index === parts.length - 1;
    const link = index === 0 ? "" : opposed ? " but " : last ? " and " : ", ";
    return text + link + part.text + (shared && !last ? "" : at(part));
  }, "");
}

function at({ batchSize }: Part): string {
  return batchSize === undefined ? "" : ` at batch ${batchSize}`;
}

/** Speed at batch 1 says nothing of large batches: where the order turns, it is told. */
function crossing({ candidate, differences }: CostsInput): string[] {
  const { crossover } = differences;
  if (crossover?.kind !== "crosses" || !crossover.between) return [];
  const [from, to] = crossover.between;
  const turn = crossover.direction === "stops winning" ? "slower" : "faster";
  return [`${candidate.label} becomes the ${turn} one between batch ${from} and batch ${to}`];
}

function disturbances({ reference, candidate }: CostsInput, batchSize: number | undefined): string[] {
  return [reference, candidate].flatMap(({ label, forward, launches }) => {
    const load = forward.find((result) => result.batchSize === batchSize)?.foreignLoadCores ?? 0;
    if (load > FOREIGN_CORES) {
      return [`the timing of ${label} was disturbed: other programs kept ${load.toFixed(1)} cores busy`];
    }
    // Other programs slow the fixed piece of work down too: only on a quiet machine it speaks of the processor.
    const drifts = launches.filter(({ canaryDrift }) => (canaryDrift ?? 0) > THROTTLED_DRIFT).length;
    return drifts > 0
      ? [`the processor slowed down during ${drifts} of the ${launches.length} launches of ${label}`]
      : [];
  });
}
