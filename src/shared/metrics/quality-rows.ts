/** How far a cell's predictions are from the reference's, and how often it is right. */
import type { CellSummary, RunResults } from "../api.ts";
import { changedShare } from "./flips.ts";
import { METRICS } from "./index.ts";
import { grouped, plural, signed, significant } from "../format-numbers.ts";
import type { Comparison } from "../results.ts";
import type { Column, MetricValue, RowOf, Tone } from "../tables/metric-grid.ts";

const MODES = {
  loglikelihood: "Accuracy by likelihood",
  generate: "Accuracy of generated answers",
} as const;

export function qualityRows({ summaries }: RunResults, columns: readonly Column[]): RowOf[] {
  const ks = [...new Set(columns.flatMap(({ comparison }) => Object.keys(comparison?.jaccard ?? {})))];
  ks.sort((a, b) => Number(a) - Number(b));
  return [
    ...ks.map((k): RowOf => ({
      id: `jaccard-${k}`,
      group: "Next tokens",
      label: `Jaccard@${k}`,
      unit: "0 to 1",
      definition: `${METRICS.jaccard.label}: ${METRICS.jaccard.aggregation}. The ${k} most likely next tokens of both, in common by all.`,
      of: ({ comparison }) => jaccardOf(comparison, k),
    })),
    {
      id: "top1",
      group: "Next tokens",
      label: "Same first choice",
      unit: "%",
      definition: `${METRICS.top1Agreement.label}: ${METRICS.top1Agreement.aggregation}.`,
      of: ({ comparison }) => top1Of(comparison),
    },
    {
      id: "kl",
      group: "Next tokens",
      label: "KL divergence",
      unit: "nats",
      definition: `${METRICS.klDivergence.label}: ${METRICS.klDivergence.aggregation}. With ≥ a lower bound, from the stored top tokens.`,
      of: ({ comparison }) => klOf(comparison),
    },
    {
      id: "perplexity",
      group: "Next tokens",
      label: "Perplexity",
      unit: "× reference",
      definition: `${METRICS.perplexityRatio.label}: ${METRICS.perplexityRatio.aggregation}.`,
      of: ({ comparison }) => perplexityOf(comparison),
    },
    ...(["loglikelihood", "generate"] as const).map((mode): RowOf => ({
      id: `accuracy-${mode}`,
      group: "Answers",
      label: MODES[mode],
      unit: "%",
      definition: `${METRICS.accuracy.label}: ${METRICS.accuracy.aggregation}.`,
      of: ({ cell }) =>
        accuracyOf(
          summaries.find(({ label }) => label === cell.label),
          mode,
        ),
    })),
    {
      id: "accuracy-delta",
      group: "Answers",
      label: "Change of accuracy",
      unit: "points",
      definition: `${METRICS.accuracyDelta.label}: ${METRICS.accuracyDelta.aggregation}.`,
      of: ({ comparison }) => deltaOf(comparison?.accuracyDelta, comparison?.flips?.questions),
    },
    {
      id: "acc-norm",
      group: "Answers",
      label: "acc_norm",
      unit: "%",
      definition: "Accuracy by log-likelihood a character of the choice's text, where choices are texts.",
      of: ({ cell }) => {
        const share = cell.benchmark.find(({ mode }) => mode === "loglikelihood")?.normalizedAccuracy ?? null;
        return share === null ? null : { ...plain(percentNumber(share), 100 * share), note: "of the same questions" };
      },
    },
    {
      id: "acc-norm-delta",
      group: "Answers",
      label: "Change of acc_norm",
      unit: "points",
      definition: "Candidate less reference, question by question, with its 95 % interval.",
      of: ({ comparison }) => deltaOf(comparison?.normalizedAccuracyDelta, undefined),
    },
    {
      id: "flips",
      group: "Answers",
      label: "Flips",
      unit: "right→wrong : wrong→right",
      definition: `${METRICS.flips.label}: ${METRICS.flips.aggregation}.`,
      of: ({ comparison }) => flipsOf(comparison),
    },
  ];
}

function plain(value: string, exact: number): MetricValue {
  return { value, low: null, high: null, note: "", exact: [exact, null, null], difference: null };
}

function jaccardOf(comparison: Comparison | undefined, k: string): MetricValue | null {
  const value = comparison?.jaccard[k];
  if (!comparison || !value) return null;
  const { mean, low, high } = value;
  const more = comparison.tokens?.jaccard[k];
  const same = more ? `; ${percentNumber(more.identicalShare)} % with exactly the same` : "";
  return {
    value: mean.toFixed(3),
    low: low?.toFixed(3) ?? null,
    high: high?.toFixed(3) ?? null,
    note: `mean over ${plural(comparison.tokens?.positions ?? 0, "position")}${same}`,
    exact: [mean, low, high],
    difference: null,
  };
}

function top1Of(comparison: Comparison | undefined): MetricValue | null {
  const source = comparison?.tokens ?? comparison?.texts;
  if (!source?.top1Agreement) return null;
  const { share, low, high, confidentDisagreements } = source.top1Agreement;
  return {
    value: percentNumber(share),
    low: low === null ? null : percentNumber(low),
    high: high === null ? null : percentNumber(high),
    note: `of ${plural(source.positions, "position")}; ${grouped(confidentDisagreements)} where the reference was sure`,
    exact: [100 * share, low === null ? null : 100 * low, high === null ? null : 100 * high],
    difference: null,
  };
}

function klOf(comparison: Comparison | undefined): MetricValue | null {
  const kl = comparison?.tokens?.kl ?? comparison?.texts?.kl;
  // A lower bound of 0 says nothing.
  if (kl?.mean == null || (!kl.exact && kl.mean === 0)) return null;
  const { mean, low, high, median, p99, exact, positions, infinite } = kl;
  return {
    value: `${exact ? "" : "≥ "}${significant(mean)}`,
    low: low === null ? null : significant(low),
    high: high === null ? null : significant(high),
    note:
      `mean over ${plural(positions, "position")}, ${exact ? "whole vocabulary" : "a lower bound"}` +
      (median === null || p99 === null ? "" : `; median ${significant(median)}, 99th percentile ${significant(p99)}`) +
      (infinite > 0 ? `; ${plural(infinite, "position")} infinite` : ""),
    exact: [mean, low, high],
    difference: null,
  };
}

function perplexityOf(comparison: Comparison | undefined): MetricValue | null {
  const perplexity = comparison?.texts?.perplexity;
  if (perplexity?.ratio == null) return null;
  const { ratio, low, high, reference, candidate, tokens } = perplexity;
  const tone: Tone = low !== null && low > 1 ? "worse" : high !== null && high < 1 ? "better" : "none";
  const both =
    reference === null || candidate === null ? "" : `; ${significant(reference)} becomes ${significant(candidate)}`;
  return {
    value: ratio.toFixed(3),
    low: low?.toFixed(3) ?? null,
    high: high?.toFixed(3) ?? null,
    note: `over ${plural(tokens, "token")}${both}`,
    exact: [ratio, low, high],
    difference: low === null ? null : { text: tone === "none" ? "no clear change" : tone, tone },
  };
}

function accuracyOf(summary: CellSummary | undefined, mode: keyof typeof MODES): MetricValue | null {
  const found = summary?.accuracy.find((each) => each.mode === mode);
  if (found?.share == null) return null;
  const { share, low, high, correct, valid, asked, formatFailures } = found;
  return {
    value: percentNumber(share),
    low: low === null ? null : percentNumber(low),
    high: high === null ? null : percentNumber(high),
    note:
      `${grouped(correct)} right of ${plural(valid, "question")}, 95 % Wilson interval` +
      (valid < asked ? `; ${grouped(asked - valid)} left out, not a number` : "") +
      (formatFailures > 0 ? `; ${grouped(formatFailures)} named no choice` : ""),
    exact: [100 * share, low === null ? null : 100 * low, high === null ? null : 100 * high],
    difference: null,
  };
}

type Delta = Pick<NonNullable<Comparison["accuracyDelta"]>, "points" | "low" | "high" | "mcnemarP">;

function deltaOf(delta: Delta | null | undefined, questions: number | undefined): MetricValue | null {
  if (!delta) return null;
  const { points, low, high, mcnemarP } = delta;
  const tone: Tone = low > 0 ? "better" : high < 0 ? "worse" : "none";
  return {
    value: signed(points, 1),
    low: signed(low, 1),
    high: signed(high, 1),
    note: `${questions === undefined ? "" : `paired over ${plural(questions, "question")}, `}95 % interval; McNemar p ${significant(mcnemarP)}`,
    exact: [points, low, high],
    difference: { text: tone === "none" ? "no clear change" : tone === "better" ? "a gain" : "a loss", tone },
  };
}

function flipsOf(comparison: Comparison | undefined): MetricValue | null {
  const flips = comparison?.flips;
  if (!flips) return null;
  const { rightToWrong, wrongToRight, wrongToOtherWrong, questions, share, low, high } = flips;
  const counts = { n: questions, correctToWrong: rightToWrong, wrongToCorrect: wrongToRight, wrongToOtherWrong };
  const changed = changedShare(counts);
  return {
    value: `${grouped(rightToWrong)} : ${grouped(wrongToRight)}`,
    low: null,
    high: null,
    note:
      `of ${plural(questions, "question")}: ${percentNumber(share)} % flipped` +
      (low === null || high === null ? "" : ` (${percentNumber(low)}–${percentNumber(high)})`) +
      `; ${grouped(wrongToOtherWrong)} from one wrong answer to another` +
      (changed.share === null ? "" : `, so that ${percentNumber(changed.share)} % of the answers changed`),
    exact: [rightToWrong + wrongToRight, null, null],
    difference: null,
  };
}

/** In a column that says %. */
function percentNumber(share: number): string {
  return (100 * share).toFixed(1);
}
