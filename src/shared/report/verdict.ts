/**
 * The answer to "should I quantize to this?", from intervals only. A format is worth it when it saves something and its loss
 * of accuracy is shown to be within the margin; it is refused when it saves nothing, or when a loss is shown that may be
 * beyond the margin; otherwise the data cannot say.
 */
import { FORMATS } from "../formats/formats.ts";
import type { CellResult, Verdict } from "../results.ts";
import { decideNonInferiority } from "../stats/non-inferiority.ts";
import { questionsToDecide } from "../stats/questions-to-decide.ts";
import type { Differences } from "./compare-cells.ts";
import { medianLatencyMs } from "./compare-speeds.ts";
import { type Costs, costs } from "./costs.ts";
import { grouped, mebibytes, significant } from "./quantities.ts";
import { accuracyText, answerNotes, atChance, brokenText, overlapText, tieNotes } from "./verdict-words.ts";

export interface VerdictInput {
  readonly reference: CellResult;
  readonly candidate: CellResult;
  readonly differences: Differences;
  /** Accuracy of guessing: mean of 1 / choices. */
  readonly chanceLevel: number | null;
  readonly limits: Limits;
  /** McNemar's p after Holm, and the number of candidates it was adjusted for; without it the comparison's own p. */
  readonly adjusted?: { readonly p: number; readonly candidates: number } | undefined;
}

/** What the user accepts; whoever decides sets these. */
export interface Limits {
  /** Largest loss of accuracy, in points. */
  readonly marginPoints: number;
  /** Most memory at the smallest batch size. */
  readonly peakMemoryBytes?: number | undefined;
  /** Longest forward pass at the smallest batch size. */
  readonly latencyMs?: number | undefined;
}

export const DEFAULT_MARGIN_POINTS = 1;

const SIGNIFICANT_P = 0.05;

/** An answer before it is a verdict: without the full stop, and with what decided it where that needs saying. */
type Said = Pick<Verdict, "answer" | "sentence"> & {
  readonly reason?: string;
  readonly questionsToDecide?: number | null;
};

export function verdict(input: VerdictInput): Verdict {
  if (input.candidate.status !== "done" || input.reference.status !== "done") return unfinished(input);
  const cost = costs(input);
  const said = withoutAccuracy(input, cost) ?? byAccuracy(input, cost);
  const overlap = overlapText(input.differences);
  const reasons = [
    overlap === "" ? "" : `next tokens: ${overlap}`,
    ...tieNotes(input.differences),
    cost.text,
    ...cost.doubts,
    ...answerNotes(input),
    said.reason ?? "",
  ];
  return {
    answer: said.answer,
    sentence: `${said.sentence}.`,
    reasons: reasons.filter((text) => text !== ""),
    questionsToDecide: said.questionsToDecide ?? null,
  };
}

/** What can be said whatever the accuracies are; null where they decide. */
function withoutAccuracy(input: VerdictInput, cost: Costs): Said | null {
  const { reference, candidate, differences, limits } = input;
  const keep = (why: string): Said => ({
    answer: "keep",
    sentence: `Keep ${reference.label}: ${candidate.label} ${why}`,
  });

  const [lost, lostToo] = [brokenText(candidate, input), brokenText(reference, input)];
  if (lostToo) return notEnough(candidate, `the reference ${reference.label} is broken here, ${lostToo}`);
  if (lost) return keep(`is broken here, ${lost}`);

  const over = overLimits(candidate, limits);
  if (over) return keep(`${over}${overLimits(reference, limits) ? `, as ${reference.label} does` : ""}`);

  // Nothing to gain: then its quality, known or not, changes nothing.
  if (cost.saves === "nothing" || cost.saves === "disk") {
    return keep(`saves nothing ${cost.saves === "disk" ? "but disk space " : ""}here (${cost.text})`);
  }
  if (cost.saves === "unknown") return notEnough(candidate, `what it saves was not measured (${cost.text})`);

  if (!differences.accuracyDelta) {
    return notEnough(candidate, "no question was answered by both cells, so its quality is unknown");
  }
  const chance = atChance(input);
  if (!chance) return null;
  // Where answers are guesses, the predictions behind them still show how far two formats are apart.
  const overlap = overlapText(differences);
  return notEnough(candidate, chance + (overlap === "" ? "" : `; the next tokens can, and differ by ${overlap}`));
}

function notEnough({ label }: CellResult, what: string): Said {
  return { answer: "not enough data", sentence: `Not enough data on ${label}: ${what}` };
}

function byAccuracy(input: VerdictInput, cost: Costs): Said {
  const { reference, candidate, differences, adjusted, limits } = input;
  const { low, high, mcnemarP } = differences.accuracyDelta!;
  const margin = pointsOf(limits.marginPoints);
  const reason = `margin: a loss of up to ${margin} is accepted`;
  const sure = (adjusted?.p ?? mcnemarP) < SIGNIFICANT_P;
  const shownLoss = high < 0 && sure;
  const { what, change } = accuracyText(input);
  if (decideNonInferiority({ low: low / 100, high: high / 100 }, limits.marginPoints / 100) === "non-inferior") {
    const noLoss = low > 0 && sure ? "a gain" : `no loss beyond the margin of ${margin}`;
    const found = shownLoss ? `a real loss, within the margin of ${margin}` : noLoss;
    const sentence = `${advice(input)} ${candidate.label}: ${cost.text}; ${what} ${change}: ${found}`;
    return { answer: "quantize", sentence, reason };
  }
  if (shownLoss) {
    const sentence = `Keep ${reference.label}: ${candidate.label} loses ${what}, ${change}, for ${cost.text}`;
    return { answer: "keep", sentence, reason };
  }
  const more = questionsNeeded(input);
  const decides = more === null ? "" : `; about ${rounded(more)} more questions like these would most likely decide`;
  const unclear = `${what} ${change}, which neither shows a loss nor rules out one of more than ${margin}${decides}`;
  return { ...notEnough(candidate, unclear), reason, questionsToDecide: more };
}

/** The reference may be the lower precision, or the same one on another provider: that is no quantizing. */
function advice({ reference, candidate }: VerdictInput): string {
  const lower = FORMATS[candidate.format].precisionRank < FORMATS[reference.format].precisionRank;
  return lower ? "Quantize to" : "Switch to";
}

function unfinished({ reference, candidate }: VerdictInput): Verdict {
  const whatOf = ({ label, status, error }: CellResult): string => {
    if (status === "failed") return `${label} failed${error ? ` (${error.message.replace(/\.$/, "")})` : ""}`;
    return status === "cancelled" ? `${label} was cancelled before its end` : `${label} was not measured`;
  };
  const sentence =
    reference.status === "done"
      ? `Not enough data on ${candidate.label}: ${whatOf(candidate)}.`
      : `Not enough data on ${candidate.label}: ${whatOf(reference)}, and it is the reference.`;
  return { answer: "not enough data", sentence, reasons: [], questionsToDecide: null };
}

/** More questions that would decide at a chance of four in five, if the shares stay what they are; null where none would. */
function questionsNeeded({ differences, limits }: VerdictInput): number | null {
  const { rightToWrong, wrongToRight, questions } = differences.flips!;
  const plan = questionsToDecide({
    discordantShare: (rightToWrong + wrongToRight) / questions,
    delta: (wrongToRight - rightToWrong) / questions,
    margin: limits.marginPoints / 100,
    asked: questions,
  });
  return plan && plan.additional > 0 ? plan.additional : null;
}

/** Two digits that count, upwards: a forecast has no more. */
function rounded(count: number): string {
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return grouped(Math.ceil(count / magnitude) * magnitude);
}

/** How a cell breaks the user's limits, at its smallest batch size; null when it keeps them. */
function overLimits({ forward }: CellResult, { peakMemoryBytes, latencyMs }: Limits): string | null {
  const first = forward.find(({ skipped }) => skipped === null);
  if (!first) return null;
  const at = `at batch ${first.batchSize}`;
  const peak = first.deviceMemoryBytes ?? first.peakMemoryBytes;
  if (peakMemoryBytes !== undefined && peak !== null && peak > peakMemoryBytes) {
    return `needs ${mebibytes(peak)} MiB ${at}, more than your limit of ${mebibytes(peakMemoryBytes)} MiB`;
  }
  const ms = medianLatencyMs(first);
  if (latencyMs !== undefined && ms !== null && ms > latencyMs) {
    return `takes ${significant(ms)} ms ${at}, longer than your limit of ${significant(latencyMs)} ms`;
  }
  return null;
}

function pointsOf(value: number): string {
  return `${value} ${value === 1 ? "point" : "points"}`;
}
