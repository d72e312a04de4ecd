/** Next tokens of two cells: overlap of the most likely ones, divergence, and how well running text is known. */
import { boundaryTies } from "../metrics/boundary-ties.ts";
import { deltaP } from "../metrics/delta-p.ts";
import { jaccardAtK, meanJaccard } from "../metrics/jaccard.ts";
import { summarizeKl } from "../metrics/kl-divergence.ts";
import { klLowerBound } from "../metrics/kl-lower-bound.ts";
import { probabilityMargin } from "../metrics/margin.ts";
import { pairNlls } from "../metrics/paired-nlls.ts";
import { perplexity } from "../metrics/perplexity.ts";
import { perplexityRatio } from "../metrics/perplexity-ratio.ts";
import { top1Agreement } from "../metrics/top1-agreement.ts";
import { hashSeed } from "../random.ts";
import type { CellResult, TextChunk, TextDifferences, TokenDifferences, TokenRow } from "../results.ts";
import { bootstrapMean } from "../stats/bootstrap.ts";
import { boundedMean } from "../stats/bounded-mean.ts";

interface TokenOptions {
  readonly topK: readonly number[];
  readonly seed: number;
}

type Row = Omit<TextChunk["positions"][number], "position"> | TokenRow;
interface Pair {
  readonly reference: Row;
  readonly candidate: Row;
}

/** Over the questions' prompts, one position each. Null where no question was asked of both. */
export function compareTokens(
  reference: CellResult,
  candidate: CellResult,
  options: TokenOptions,
): TokenDifferences | null {
  const byId = new Map(candidate.tokens.map((row) => [row.questionId, row]));
  const pairs = reference.tokens.flatMap((row): Pair[] => {
    const other = byId.get(row.questionId);
    return other && isValid(row) && isValid(other) ? [{ reference: row, candidate: other }] : [];
  });
  return pairs.length === 0
    ? null
    : comparePositions(
        pairs.map((pair) => [pair]),
        options,
      );
}

function isValid({ topIds }: Row): boolean {
  return topIds.length > 0;
}

/** Over positions inside running text; chunks are resampled, since the tokens of one hang together. */
export function compareTexts(
  reference: CellResult,
  candidate: CellResult,
  options: TokenOptions,
): TextDifferences | null {
  const byChunk = new Map(candidate.texts.map((chunk) => [chunk.chunk, chunk]));
  const chunks = reference.texts.flatMap((ours) => {
    const theirs = byChunk.get(ours.chunk);
    const same = theirs?.negativeLogLikelihood.length === ours.negativeLogLikelihood.length;
    return theirs && same ? [{ ours, theirs }] : [];
  });
  if (chunks.length === 0) return null;
  const clusters = chunks.map(({ ours, theirs }) => {
    const byPosition = new Map(theirs.positions.map((row) => [row.position, row]));
    return ours.positions.flatMap((row): Pair[] => {
      const other = byPosition.get(row.position);
      return other && isValid(row) && isValid(other) ? [{ reference: row, candidate: other }] : [];
    });
  });
  const nlls = pairNlls(
    chunks.map(({ ours }) => ours.negativeLogLikelihood),
    chunks.map(({ theirs }) => theirs.negativeLogLikelihood),
  );
  const seed = hashSeed("texts", options.seed);
  const change = deltaP(nlls.reference, nlls.candidate, { seed });
  return {
    ...comparePositions(clusters, options),
    chunks: chunks.length,
    perplexity: nlls.tokens === 0 ? null : comparePerplexity(nlls, seed),
    deltaP: change && { meanPoints: change.meanPoints, rmsPoints: change.rmsPoints, ...ends(change.interval) },
  };
}

function comparePerplexity(
  nlls: ReturnType<typeof pairNlls>,
  seed: number,
): NonNullable<TextDifferences["perplexity"]> {
  const ratio = perplexityRatio(nlls.reference, nlls.candidate, { seed });
  return {
    reference: finite(perplexity(nlls.reference.flat())?.perplexity),
    candidate: finite(perplexity(nlls.candidate.flat())?.perplexity),
    ratio: finite(ratio?.ratio),
    ...ends(ratio?.interval ?? null),
    tokens: nlls.tokens,
  };
}

/** @param clusters positions that hang together: one a question, many a chunk of text */
function comparePositions(clusters: readonly (readonly Pair[])[], { topK, seed }: TokenOptions): TokenDifferences {
  const pairs = clusters.flat();
  const logprobs = pairs.map((pair) => ({
    reference: pair.reference.topLogprobs,
    candidate: pair.candidate.topLogprobs,
  }));
  const ids = pairs.map((pair) => ({ reference: pair.reference.topIds, candidate: pair.candidate.topIds }));
  const agreement = top1Agreement(
    pairs.map((pair) => {
      const referenceMargin = probabilityMargin(pair.reference.topLogprobs);
      return {
        reference: pair.reference.topIds[0] ?? null,
        candidate: pair.candidate.topIds[0] ?? null,
        ...(referenceMargin !== null && { referenceMargin }),
      };
    }),
  );
  const agreementInterval = boundedMean(clusters.map((cluster) => cluster.map(sameTop)));
  return {
    positions: pairs.length,
    jaccard: Object.fromEntries(
      topK.flatMap((k) => {
        const { identicalShare } = meanJaccard(ids, k);
        const values = clusters.map((cluster) =>
          cluster.flatMap((pair) => jaccardAtK(pair.reference.topIds, pair.candidate.topIds, k) ?? []),
        );
        const mean = boundedMean(values);
        if (!mean || identicalShare === null) return [];
        const boundaryTieShare = boundaryTies(logprobs, k).share;
        return [[String(k), { mean: mean.estimate, ...ends(mean.interval), identicalShare, boundaryTieShare }]];
      }),
    ),
    top1Agreement:
      agreement.share === null
        ? null
        : {
            share: agreement.share,
            ...ends(agreementInterval?.interval ?? null),
            confidentDisagreements: agreement.confidentDisagreements,
          },
    kl: compareKl(clusters, seed),
  };
}

function sameTop({ reference, candidate }: Pair): number {
  return Number(reference.topIds[0] === candidate.topIds[0]);
}

/** Exact where the reference's logits were at hand, on those positions alone; else a lower bound on all. */
function compareKl(clusters: readonly (readonly Pair[])[], seed: number): TokenDifferences["kl"] {
  const exact = clusters.map((cluster) => cluster.flatMap(({ candidate }) => candidate.klDivergence ?? []));
  const isExact = exact.some((values) => values.length > 0);
  const values = isExact
    ? exact
    : clusters.map((cluster) => cluster.map((pair) => klLowerBound(pair.reference, pair.candidate)));
  const summary = summarizeKl(values.flat());
  if (summary.n === 0) return null;
  const mean = bootstrapMean(
    values.map((cluster) => cluster.filter(Number.isFinite)),
    { seed: hashSeed("kl", seed), tail: "heavy" },
  );
  return {
    exact: isExact,
    positions: summary.n,
    mean: summary.mean,
    ...ends(mean?.interval ?? null),
    median: finite(summary.median),
    p90: finite(summary.p90),
    p99: finite(summary.p99),
    infinite: summary.infinite,
  };
}

function ends(interval: { low: number; high: number } | null): { low: number | null; high: number | null } {
  return { low: interval?.low ?? null, high: interval?.high ?? null };
}

/** JSON has no infinity. */
function finite(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : value;
}
