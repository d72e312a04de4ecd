/** The numbers that intervals are tried on: of each question and chunk in real runs of the bundled model (test/fixtures/make/intervals.ts). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "#shared/random.ts";

interface Stored {
  readonly shared: Readonly<Record<string, string>>;
  readonly klDivergence: readonly number[];
  readonly correct: string;
  readonly texts: readonly {
    readonly nll: number;
    readonly points: number;
    readonly top1: string;
    readonly top20: string;
  }[];
}

export const FORMATS_TRIED = ["w8", "int4", "nf4"] as const;
export type Tried = (typeof FORMATS_TRIED)[number];

const stored = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../test/fixtures/intervals/demo.json"), "utf8"),
) as Record<Tried, Stored>;

const jaccard = (digit: string, k: number): number => {
  const shared = Number.parseInt(digit, 36);
  return shared / (2 * k - shared);
};

/** Jaccard@k of each question, one value a cluster. */
export function jaccards(format: Tried, k: 1 | 3 | 5 | 20): number[][] {
  return Array.from(stored[format].shared[k]!).map((digit) => [jaccard(digit, k)]);
}

/** Nats of each question. */
export function divergences(format: Tried): number[][] {
  return stored[format].klDivergence.map((nats) => [nats]);
}

/** Correctness of reference and candidate, question by question. */
export function correctness(format: Tried): { readonly reference: boolean; readonly candidate: boolean }[] {
  return Array.from(stored[format].correct).map((digit) => ({
    reference: Number(digit) >= 2,
    candidate: Number(digit) % 2 === 1,
  }));
}

/** One value a chunk of text: the mean of its tokens. */
export function chunkMeans(format: Tried, what: "nll" | "points"): number[][] {
  return stored[format].texts.map((chunk) => [chunk[what]]);
}

/** Many values a chunk of text: its positions. */
export function chunkPositions(format: Tried, what: "top1" | "top20"): number[][] {
  return stored[format].texts.map((chunk) =>
    Array.from(chunk[what]).map((digit) => jaccard(digit, what === "top1" ? 1 : 20)),
  );
}

export function meanOf(clusters: readonly (readonly number[])[]): number {
  const values = clusters.flat();
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** So many, drawn with replacement. */
export function drawn<T>(population: readonly T[], n: number, random: Random): T[] {
  return Array.from({ length: n }, () => population[random.nextInt(population.length)]!);
}

/** Standard normal, by the polar form of Box and Muller. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.nextFloat()));
  return radius * Math.cos(2 * Math.PI * random.nextFloat());
}
