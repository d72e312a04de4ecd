/** In which order candidates are shown, and what their answers are called. */
import { type FormatId, FORMATS } from "#shared/formats/formats.ts";
import type { Comparison, Verdict } from "#shared/results.ts";

const ORDER: Readonly<Record<Verdict["answer"], number>> = Object.freeze({
  quantize: 0,
  "not enough data": 1,
  keep: 2,
});

/**
 * What is worth it first, and of those what saves most: the product of the ratios of memory and latency at the smallest batch
 * size. The rest in the run's order.
 */
export function ranked(comparisons: readonly Comparison[]): readonly Comparison[] {
  return comparisons
    .map((comparison) => ({ comparison, place: ORDER[comparison.verdict.answer], saved: savedBy(comparison) }))
    .sort((a, b) => a.place - b.place || (a.place === ORDER.quantize ? b.saved - a.saved : 0))
    .map(({ comparison }) => comparison);
}

function savedBy({ memoryRatio, latencyRatio }: Comparison): number {
  return (memoryRatio[0]?.ratio ?? 1) * (latencyRatio[0]?.ratio ?? 1);
}

/** The answer as one says it; taking a higher precision, or the same one on another provider, is no quantizing. */
export function answerWord(answer: Verdict["answer"], reference: FormatId, candidate: FormatId): string {
  switch (answer) {
    case "quantize":
      return FORMATS[candidate].precisionRank < FORMATS[reference].precisionRank ? "Quantize" : "Switch";
    case "keep":
      return "Keep the reference";
    case "not enough data":
      return "Not enough data";
  }
}
