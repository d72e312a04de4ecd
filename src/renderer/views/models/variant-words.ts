/** What variants and jobs are, in the words that the Models page shows. */
import type { Job, ModelLayer, VariantDetails } from "#shared/api.ts";
import { FORMATS } from "#shared/formats/formats.ts";
import { byName } from "#shared/natural-order.ts";
import { grouped, megabytes, significant } from "#shared/format-numbers.ts";
import { formatDuration } from "../../format/time.ts";

/** `196 k`, `134 M`, `1,240 M`: as model cards count. */
export function parameterCount(parameters: number): string {
  return parameters < 1e6 ? `${significant(parameters / 1e3)} k` : `${significant(parameters / 1e6)} M`;
}

/** `29.7 MB`; from 10 GB on in those, as a disk's free space. */
export function fileSize(bytes: number): string {
  return bytes < 1e10 ? `${megabytes(bytes)} MB` : `${significant(bytes / 1e9)} GB`;
}

/** `32, symmetric`; null for weights that are not in blocks. */
export function blockWords({ blockSize, symmetric, zeroPoints }: VariantDetails["facts"]): string | null {
  if (blockSize === null) return null;
  const points = zeroPoints ?? (symmetric === null ? null : !symmetric);
  return `${blockSize}${points === null ? "" : points ? ", zero points" : ", symmetric"}`;
}

const LEVELS: readonly string[] = ["unset", "float32", "float16", "bfloat16", "int8 activations"];

export function accuracyLevelWords(level: number | null): string | null {
  return level === null ? null : `${level} (${LEVELS[level] ?? "unknown"})`;
}

export function originWords({ made, place }: Pick<VariantDetails, "made" | "place">): string {
  if (made) return `Made by Quantscope ${made.version}`;
  return place === "lab" ? "Made by Quantscope" : "Found in the folder";
}

/** By falling precision, of one format the folder's own first. */
export function inOrder(variants: readonly VariantDetails[]): readonly VariantDetails[] {
  return variants.toSorted(
    (a, b) =>
      FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank ||
      byName(a.place, b.place) ||
      a.bytes - b.bytes,
  );
}

/** `576 × 49,152`. */
export function shapeText({ shape }: Pick<ModelLayer, "shape">): string {
  return shape.map((dim) => grouped(dim)).join(" × ");
}

/** `12.3 of 48.1 MB · 5 of 31 tensors · 120 MB/s · 3 s left`; without a progress, why it waits. */
export function jobWords({ state, progress, waitingFor }: Job): string {
  // What it was behind when it was queued may have ended; a run takes long enough to be named.
  if (state === "waiting") return waitingFor?.startsWith("the run") ? `Waits for ${waitingFor}` : "Waits for its turn";
  if (progress === null) return "Reading the graph";
  const { bytesDone, bytesTotal, tensorsDone, tensorsTotal, bytesPerSecond, remainingMs } = progress;
  return [
    `${megabytes(bytesDone)} of ${megabytes(bytesTotal)} MB`,
    `${grouped(tensorsDone)} of ${grouped(tensorsTotal)} tensors`,
    ...(bytesPerSecond === null ? [] : [`${megabytes(bytesPerSecond)} MB/s`]),
    ...(remainingMs === null ? [] : [`${formatDuration(remainingMs)} left`]),
  ].join(" · ");
}
