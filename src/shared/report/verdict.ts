/**
 * The answer to "should I quantize to this?", from intervals only. A format is worth it when it saves something and its loss
 * of accuracy is shown to be within the margin; it is refused when a loss is shown that is not; otherwise the data cannot say.
 */
import type { CellResult, Verdict } from "../results.ts";
import { wilson } from "../stats/wilson.ts";
import type { Differences } from "./compare-cells.ts";
import { grouped, percent, pValue, signed, times } from "./quantities.ts";

export interface VerdictInput {
  readonly reference: CellResult;
  readonly candidate: CellResult;
  readonly differences: Differences;
  /** Accuracy of guessing: mean of 1 / choices. */
  readonly chanceLevel: number | null;
  /** Largest loss of accuracy that is still acceptable, in points. */
  readonly marginPoints: number;
}

export const DEFAULT_MARGIN_POINTS = 1;

export function verdict(input: VerdictInput): Verdict {
  const { reference, candidate, differences } = input;
  if (candidate.status !== "done" || reference.status !== "done") return unfinished(input);
  const benefit = benefits(input);
  const { accuracyDelta } = differences;
  if (!accuracyDelta) {
    return notEnough(`${candidate.label}: no questions were answered, so its quality is unknown`, [benefit.text]);
  }
  const chance = atChance(input);
  if (chance) return notEnough(`${candidate.label}: ${chance}`, [tokenText(input), benefit.text]);

  const margin = input.marginPoints;
  const loss = accuracyText(input);
  const reasons = [tokenText(input), benefit.text, `margin: a loss of up to ${margin} ${points(margin)} is accepted`];
  const certainLoss = accuracyDelta.high < 0;
  const withinMargin = accuracyDelta.low >= -margin;
  if (withinMargin && !benefit.any) {
    return {
      answer: "keep",
      sentence: `Keep ${reference.label}: ${candidate.label} saves nothing here (${benefit.text}).`,
      reasons,
    };
  }
  if (withinMargin) {
    const what = certainLoss ? "a real but small loss" : "no loss beyond the margin";
    return {
      answer: "quantize",
      sentence: `Quantize to ${candidate.label}: ${benefit.text}; ${loss}: ${what}.`,
      reasons,
    };
  }
  if (certainLoss) {
    return {
      answer: "keep",
      sentence: `Keep ${reference.label}: ${candidate.label} loses accuracy (${loss}), for ${benefit.text}.`,
      reasons,
    };
  }
  return notEnough(
    `${candidate.label}: ${loss}, which neither shows a loss nor rules out one of ${margin} ${points(margin)}; about ${questionsNeeded(input)} questions could`,
    reasons,
  );
}

function unfinished({ reference, candidate }: VerdictInput): Verdict {
  const cell = candidate.status === "done" ? reference : candidate;
  const why = cell.error ? `: ${cell.error.message}` : "";
  return {
    answer: "not enough data",
    sentence: `${cell.label} was not measured to the end (${cell.status})${why}`,
    reasons: [],
  };
}

function notEnough(what: string, reasons: readonly string[]): Verdict {
  return {
    answer: "not enough data",
    sentence: `Not enough data on ${what}.`,
    reasons: reasons.filter((reason) => reason !== ""),
  };
}

/** Memory, speed and file against the reference at the smallest batch; only differences that intervals support count. */
function benefits({ reference, candidate, differences }: VerdictInput): { text: string; any: boolean } {
  const parts: string[] = [];
  let any = false;
  const memory = differences.memoryRatio[0];
  if (memory) {
    const real = memory.ratio > 1.02;
    any ||= real;
    parts.push(
      real
        ? `${times(memory.ratio)} less memory`
        : memory.ratio < 0.98
          ? `${times(1 / memory.ratio)} more memory`
          : "the same memory",
    );
  }
  const latency = differences.latencyRatio[0];
  if (latency) {
    const { ratio, low, high, batchSize } = latency;
    const at = `at batch ${batchSize}`;
    if (low !== null && low > 1.02) {
      any = true;
      parts.push(`${times(ratio)} faster ${at}`);
    } else if (high !== null && high < 0.98) parts.push(`${times(1 / ratio)} slower ${at}`);
    else parts.push(`no measurable difference in speed ${at}`);
  }
  const file = reference.bytes / candidate.bytes;
  any ||= file > 1.02;
  parts.push(file > 1 ? `a file ${times(file)} smaller` : `a file ${times(1 / file)} larger`);
  return { text: parts.join(", "), any };
}

function accuracyText({ differences }: VerdictInput): string {
  const delta = differences.accuracyDelta!;
  const flips = differences.flips!;
  return (
    `accuracy ${signed(delta.points, 1)} ${points(delta.points)} (95 % CI ${signed(delta.low, 1)} to ${signed(delta.high, 1)}, ` +
    `${grouped(flips.questions)} questions, ${flips.rightToWrong} right to wrong, ${flips.wrongToRight} wrong to right, ${pValue(delta.mcnemarP)})`
  );
}

function tokenText({ differences }: VerdictInput): string {
  const last = Object.entries(differences.jaccard).at(-1);
  if (!last) return "";
  const [k, { mean }] = last;
  return `its next tokens differ: Jaccard@1 ${(differences.jaccard["1"]?.mean ?? NaN).toFixed(3)}, Jaccard@${k} ${mean.toFixed(3)}`;
}

/** Why the questions cannot tell formats apart; null when they can. */
function atChance({ reference, chanceLevel, differences }: VerdictInput): string | null {
  const result = reference.benchmark.find(({ mode }) => mode === "loglikelihood") ?? reference.benchmark[0];
  if (!result || chanceLevel === null) return null;
  const n = differences.flips?.questions ?? 0;
  const correct = result.answers.filter((answer) => answer.correct).length;
  const interval = wilson(correct, result.answers.length);
  if (!interval || interval.low > chanceLevel || n === 0) return null;
  return (
    `these questions cannot tell, because ${reference.label} itself answers them at chance ` +
    `(${percent(correct / result.answers.length)}, 95 % CI ${percent(interval.low)} to ${percent(interval.high)}; guessing gives ${percent(chanceLevel)})`
  );
}

/** Questions at which an interval of this scatter would be as narrow as the margin: its width falls with the square root. */
function questionsNeeded({ differences, marginPoints }: VerdictInput): string {
  const { low, high } = differences.accuracyDelta!;
  const needed = differences.flips!.questions * ((high - low) / 2 / marginPoints) ** 2;
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(needed)) - 1);
  return grouped(Math.ceil(needed / magnitude) * magnitude);
}

function points(value: number): string {
  return Math.abs(value) === 1 ? "point" : "points";
}
