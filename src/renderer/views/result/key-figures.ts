/** The few numbers that stand beside a verdict. */
import { memoryDiffers } from "#shared/metrics/peak-memory.ts";
import { percent, times } from "#shared/report/quantities.ts";
import type { CellResult, Comparison } from "#shared/results.ts";
import { excludes } from "#shared/stats/interval.ts";
import { isNegligible, ratioFinding } from "#shared/stats/launch-ratio.ts";
import type { Tone } from "./metric-rows.ts";

interface KeyFigure {
  readonly label: string;
  readonly value: string;
  readonly word: string;
  readonly interval: string | null;
  readonly tone: Tone;
  /** What the interval is. */
  readonly title: string;
}

interface Ratio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly kind?: Comparison["latencyRatio"][number]["kind"];
}

const KINDS = {
  "signed-rank": "95 % interval over launches",
  runs: "95 % interval of the runs of one launch",
  range: "smallest to largest of too few launches for an interval",
} as const;

const TONES = { faster: "better", slower: "worse", same: "none", unknown: "none" } as const;

/** Coloured only where there surely is a difference that anyone would notice. */
export function keyFigures(comparison: Comparison, candidate: CellResult, reference: CellResult): readonly KeyFigure[] {
  const memory = comparison.memoryRatio[0];
  const latency = comparison.latencyRatio[0];
  const decode = comparison.decodeRatio.find(({ way }) => way === "user") ?? comparison.decodeRatio[0];
  return [
    ...(memory
      ? [ofRatio(`Memory, batch ${memory.batchSize}`, memory, "less", "more", memoryTone(memory, candidate, reference))]
      : []),
    ...(latency
      ? [ofRatio(`Latency, batch ${latency.batchSize}`, latency, "faster", "slower", TONES[ratioFinding(latency)])]
      : []),
    ...(decode ? [ofRatio("Decoding", decode, "faster", "slower", TONES[ratioFinding(decode)])] : []),
    fileFigure(candidate.bytes / reference.bytes),
  ];
}

function memoryTone(memory: Ratio & { batchSize: number }, candidate: CellResult, reference: CellResult): Tone {
  const [before, after] = [reference, candidate].map(
    ({ forward }) => forward.find(({ batchSize }) => batchSize === memory.batchSize)?.peakMemoryBytes,
  );
  if (before == null || after == null || !memoryDiffers(before, after) || !excludes(memory, 1)) return "none";
  return memory.ratio > 1 ? "better" : "worse";
}

function ofRatio(label: string, { ratio, low, high, kind }: Ratio, good: string, bad: string, tone: Tone): KeyFigure {
  const [value, from, to] = ratio >= 1 ? [ratio, low, high] : [1 / ratio, 1 / high, 1 / low];
  return {
    label,
    value: times(value),
    word: ratio >= 1 ? good : bad,
    interval: from.toFixed(2) === to.toFixed(2) ? null : `${from.toFixed(2)}–${to.toFixed(2)}`,
    tone,
    title: kind === undefined ? "Smallest to largest of the launches" : KINDS[kind],
  };
}

function fileFigure(share: number): KeyFigure {
  const less = share <= 1;
  return {
    label: "File",
    value: percent(Math.abs(1 - share), 0),
    word: less ? "smaller" : "larger",
    interval: null,
    tone: isNegligible(share) ? "none" : less ? "better" : "worse",
    title: "Size of the file with its external data",
  };
}
