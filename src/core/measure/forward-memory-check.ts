import { LabError } from "#shared/errors.ts";
import { mebibytes } from "#shared/format-numbers.ts";

/** A peak above the idle process; sizes are batch sizes, or tokens where those differ too. */
export interface MeasuredPeak {
  readonly size: number;
  readonly peakBytes: number;
}

/** What a batch size would need, and what there is. */
export interface RoomQuestion {
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly vocabularySize: number;
  /** Peak memory above the idle process of the batch sizes before it, ascending. */
  readonly measured: readonly MeasuredPeak[];
  /** What the process holds above the idle one: part of what the prediction counts is here already. */
  readonly heldBytes: number;
  /** What this process may still take: in a container less than the machine has free. */
  readonly availableBytes: number;
  /** The spec's limit of memory above the idle process. */
  readonly limitBytes: number;
}

/** Why a larger batch is not run where the export fixed it. */
export const ONE_SEQUENCE = "not run: the model was exported for one sequence at a time";
/** Share of the free memory that a run may take. */
export const MEMORY_SHARE = 0.8;
const FLOAT_BYTES = 4;
/** The runtime's logits, and the copy of them that JavaScript gets. */
const LOGITS_COPIES = 2;
/** ONNX Runtime's kernels count the elements of a tensor in 32 bits. */
const MOST_LOGITS = 2 ** 31;

/** Why a batch size cannot be measured here; null when it can, as far as is known before it is tried. */
export function skipReason(question: RoomQuestion): string | null {
  const { batchSize, sequenceLength, vocabularySize, availableBytes, limitBytes } = question;
  const values = batchSize * sequenceLength * vocabularySize;
  const uncountable = tooManyLogits(values);
  if (uncountable !== null) return uncountable;
  const needed = logitsBytes(values);
  const allowed = Math.min(availableBytes * MEMORY_SHARE, limitBytes);
  if (needed > allowed) {
    return `not run: its logits need ${mebibytes(needed)} MiB, ${mebibytes(allowed)} MiB may be used`;
  }
  return predictedTooLarge(question);
}

/**
 * Why a larger batch was not run that the model refused, for all that its inputs promise: it costs itself and not the cell.
 * Throws what is no such refusal.
 */
export function refusedBatch(error: unknown, batchSize: number): string {
  if (batchSize === 1 || !(error instanceof LabError) || error.code !== "MODEL_UNSUPPORTED") throw error;
  return `not run: ${error.message.replace(/\.$/, "")}`;
}

/** Why so many logits cannot be held in one tensor; null when they can. */
export function tooManyLogits(values: number): string | null {
  if (values < MOST_LOGITS) return null;
  return `not run: its logits have ${values.toLocaleString("en-US")} values, more than one tensor can hold here`;
}

/** Memory of so many logits: in the runtime, and once more in JavaScript. */
export function logitsBytes(values: number): number {
  return values * FLOAT_BYTES * LOGITS_COPIES;
}

function predictedTooLarge({ batchSize, measured, ...room }: RoomQuestion): string | null {
  const predicted = predictPeak(batchSize, measured);
  if (predicted === null) return null;
  const allowed = Math.min(room.heldBytes + room.availableBytes * MEMORY_SHARE, room.limitBytes);
  if (predicted.bytes <= allowed) return null;
  return (
    `not run: it would need about ${mebibytes(predicted.bytes)} MiB, going by batch sizes ${predicted.by.join(" and ")}; ` +
    `${mebibytes(allowed)} MiB may be used`
  );
}

/**
 * Peak memory is near linear in what is computed at once: a fixed part and a slope, from the two largest sizes below the one
 * asked for. Null without two such sizes.
 */
export function predictPeak(
  size: number,
  measured: readonly MeasuredPeak[],
): { readonly bytes: number; readonly by: readonly [number, number] } | null {
  const below = measured.filter((peak) => peak.size < size).sort((a, b) => a.size - b.size);
  const larger = below.at(-1);
  const smaller = below.findLast((peak) => peak.size < (larger?.size ?? 0));
  if (!larger || !smaller) return null;
  const slope = (larger.peakBytes - smaller.peakBytes) / (larger.size - smaller.size);
  return { bytes: larger.peakBytes + Math.max(0, slope) * (size - larger.size), by: [smaller.size, larger.size] };
}
