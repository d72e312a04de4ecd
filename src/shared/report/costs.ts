/** What a candidate saves and costs against the reference, in words. Only differences that are more than noise count. */
import type { CellResult } from "../results.ts";
import { memoryDiffers } from "../metrics/peak-memory.ts";
import { isNegligible, ratioFinding } from "../stats/launch-ratio.ts";
import type { Differences } from "./compare-cells.ts";
import { times } from "./quantities.ts";

/** 1 better than the reference, -1 worse, 0 no difference that could be measured, null not measured. */
type Sign = 1 | 0 | -1 | null;

interface Part {
  readonly sign: Sign;
  /** ln of how many times better: below 0 worse, 0 where no difference was measured. */
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
  const speed = speedPart(input);
  const file = filePart(input);
  const parts = [memory, speed];
  const losses = parts.some(({ sign }) => sign === -1);
  // Where one is bought with the other, what is gained must be the greater part.
  const gains = parts.some(({ sign }) => sign === 1) && parts.reduce((sum, { gain }) => sum + gain, 0) > 0;
  const known = memory.sign !== null && speed.sign !== null;
  return {
    text: join(join(memory, speed, " and "), file, ", ").text,
    saves: gains || (file.sign === 1 && !losses) ? "yes" : !known ? "unknown" : file.sign === 1 ? "disk" : "nothing",
    doubts: [...crossing(input), ...disturbances(input, speed.batchSize)],
  };
}

/** At the smallest batch size that both have; of the device where both ran on one that has its own. */
function memoryPart({ reference, candidate, differences }: CostsInput): Part {
  const [first] = differences.memoryRatio;
  if (!first) return { sign: null, gain: 0, text: "" };
  const { batchSize } = first;
  const [ours, theirs] = [reference, candidate].map((cell) => memoryAt(cell, batchSize));
  const devices = [ours!, theirs!].filter(({ device }) => device !== null).length;
  const [before, after] = devices === 2 ? [ours!.device!, theirs!.device!] : [ours!.host, theirs!.host];
  // A graphics card's libraries fill the machine's memory too, so that is told apart from the card's own.
  const what = devices === 2 ? "device memory" : devices === 1 ? "of the machine's memory" : "memory";
  // A driver that reports 0 has not told.
  if (before === 0 || after === 0 || !memoryDiffers(before, after)) {
    return { sign: 0, gain: 0, text: `the same ${what}`, batchSize };
  }
  const ratio = before / after;
  const gain = Math.log(ratio);
  return ratio > 1
    ? { sign: 1, gain, text: `${times(ratio)} less ${what}`, batchSize }
    : { sign: -1, gain, text: `${times(1 / ratio)} more ${what}`, batchSize };
}

function memoryAt(cell: CellResult, batchSize: number): { host: number; device: number | null } {
  const result = cell.forward.find((row) => row.batchSize === batchSize);
  return { host: result?.peakMemoryBytes ?? 0, device: result?.deviceMemoryBytes ?? null };
}

function speedPart({ differences }: CostsInput): Part {
  const [first] = differences.latencyRatio;
  if (!first) return { sign: null, gain: 0, text: "" };
  const { ratio, launches, batchSize } = first;
  const finding = ratioFinding(first);
  if (finding === "unknown") {
    const few = launches > 1 ? `${launches} launches, too few for an interval` : "fewer than 6 timed runs";
    return { sign: null, gain: 0, text: `an unknown difference in speed (${few})`, batchSize };
  }
  if (finding === "same") return { sign: 0, gain: 0, text: "no measurable difference in speed", batchSize };
  const gain = Math.log(ratio);
  return finding === "faster"
    ? { sign: 1, gain, text: `${times(ratio)} faster`, batchSize }
    : { sign: -1, gain, text: `${times(1 / ratio)} slower`, batchSize };
}

function filePart({ reference, candidate }: CostsInput): Part {
  const ratio = reference.bytes / candidate.bytes;
  const gain = Math.log(ratio);
  if (isNegligible(ratio)) return { sign: 0, gain, text: "a file of the same size" };
  return ratio > 1
    ? { sign: 1, gain, text: `a file ${times(ratio)} smaller` }
    : { sign: -1, gain, text: `a file ${times(1 / ratio)} larger` };
}

/** Two parts as one; "but" where one is good and the other bad, and a batch size that both have is named once. */
function join(first: Part, second: Part, neutral: string): Part {
  if (first.text === "") return { ...second, text: second.text + at(second) };
  if (second.text === "") return { ...first, text: first.text + at(first) };
  const opposed = first.sign !== null && second.sign !== null && first.sign * second.sign < 0;
  const link = opposed ? `${neutral.startsWith(",") ? "," : ""} but ` : neutral;
  const once = first.batchSize !== undefined && first.batchSize === second.batchSize;
  const sign = first.sign === null || first.sign === 0 ? second.sign : first.sign;
  return {
    sign,
    gain: first.gain + second.gain,
    text: `${first.text}${once ? "" : at(first)}${link}${second.text}${at(second)}`,
  };
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
