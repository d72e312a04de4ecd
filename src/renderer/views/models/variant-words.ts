/** What variants and jobs are, in the words that the Models page shows. */
import type { Job, ModelDetails, ModelLayer, VariantDetails } from "#shared/api.ts";
import { grouped, megabytes, significant } from "#shared/report/quantities.ts";
import { formatDuration } from "../../format/time.ts";

/** `134 M`, `1,240 M`: as model cards count. */
export function parameterCount(parameters: number): string {
  return parameters < 1e6 ? grouped(parameters) : `${significant(parameters / 1e6)} M`;
}

export function fileSize(bytes: number): string {
  return `${megabytes(bytes)} MB`;
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

/** Bytes of the most precise file, against which the others are smaller. */
export function largestBytes({ variants }: ModelDetails): number {
  return variants.reduce((most, { bytes }) => Math.max(most, bytes), 0);
}

/** `576 × 49,152`. */
export function shapeText({ shape }: Pick<ModelLayer, "shape">): string {
  return shape.map((dim) => grouped(dim)).join(" × ");
}

/** `12.3 of 48.1 MB · 5 of 31 tensors · 120 MB/s · 3 s left`; without a progress, why it waits. */
export function jobWords({ state, progress, waitingFor }: Job): string {
  if (state === "waiting") return waitingFor === null ? "Waiting" : `Waits for ${waitingFor}`;
  if (progress === null) return "Reading the graph";
  const { bytesDone, bytesTotal, tensorsDone, tensorsTotal, bytesPerSecond, remainingMs } = progress;
  return [
    `${megabytes(bytesDone)} of ${megabytes(bytesTotal)} MB`,
    `${grouped(tensorsDone)} of ${grouped(tensorsTotal)} tensors`,
    ...(bytesPerSecond === null ? [] : [`${megabytes(bytesPerSecond)} MB/s`]),
    ...(remainingMs === null ? [] : [`${formatDuration(remainingMs)} left`]),
  ].join(" · ");
}
