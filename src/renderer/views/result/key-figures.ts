/** The few numbers that stand beside a verdict. */
import { endsWords } from "#shared/stats/ends.ts";
import { memoryFinding } from "#shared/compare/memory-of.ts";
import { percent, times } from "#shared/format-numbers.ts";
import type { CellResult, Comparison } from "#shared/results.ts";
import { isNegligible, ratioFinding } from "#shared/stats/launch-ratio.ts";
import type { Tone } from "#shared/tables/metric-grid.ts";

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
  readonly kind: Comparison["latencyRatio"][number]["kind"];
  readonly launches: number;
}

const KIND_TITLES = {
  "signed-rank": "95 % interval over launches",
  runs: "95 % interval of the runs of one launch",
} as const;

const MEMORY_TONES = { less: "better", more: "worse", same: "none" } as const;

const TONES = { faster: "better", slower: "worse", same: "none", unknown: "none" } as const;

/** Coloured only where there surely is a difference that anyone would notice. */
export function keyFigures(comparison: Comparison, candidate: CellResult, reference: CellResult): readonly KeyFigure[] {
  const memory = comparison.memoryRatio[0];
  const latency = comparison.latencyRatio[0];
  const decode = comparison.decodeRatio.find(({ way }) => way === "user") ?? comparison.decodeRatio[0];
  return [
    ...(memory
      ? [ofRatio(`Memory, batch ${memory.batchSize}`, memory, "less", "more", MEMORY_TONES[memoryFinding(memory)])]
      : []),
    ...(latency
      ? [ofRatio(`Latency, batch ${latency.batchSize}`, latency, "faster", "slower", TONES[ratioFinding(latency)])]
      : []),
    ...(decode ? [ofRatio("Decoding", decode, "faster", "slower", TONES[ratioFinding(decode)])] : []),
    ...(candidate.bytes > 0 && reference.bytes > 0 ? [fileFigure(candidate.bytes / reference.bytes)] : []),
  ];
}

function ofRatio(
  label: string,
  { ratio, low, high, kind, launches }: Ratio,
  good: string,
  bad: string,
  tone: Tone,
): KeyFigure {
  const [value, from, to] = ratio >= 1 ? [ratio, low, high] : [1 / ratio, 1 / high, 1 / low];
  return {
    label,
    value: times(value),
    word: ratio >= 1 ? good : bad,
    interval:
      from.toFixed(2) === to.toFixed(2)
        ? null
        : `${kind === "range" ? "range " : ""}${from.toFixed(2)}–${to.toFixed(2)}`,
    tone,
    title: kind === "range" ? `${endsWords("range", launches, "launch")}, too few for an interval` : KIND_TITLES[kind],
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
