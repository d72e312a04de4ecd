/**
 * The answer to "should I quantize to this?", from intervals only. A format is worth it when it saves something and a loss of
 * accuracy beyond the margin is ruled out; it is refused when it saves nothing, or when a loss is shown that may be
 * beyond the margin; otherwise the data cannot say. The sentence prints the interval that decided (verdict/decide.ts).
 */
import { FORMATS } from "../formats/formats.ts";
import type { CellResult, Limits, Verdict } from "../results.ts";
import type { QuestionsToDecide } from "../stats/questions-to-decide.ts";
import { comparedAnswers, type Differences } from "../compare/compare-cells.ts";
import { medianLatencyMs } from "../compare/compare-speeds.ts";
import { type Costs, costs } from "./costs.ts";
import type { Decision } from "./decide.ts";
import { headlineMemory } from "../compare/memory-of.ts";
import { grouped, mebibytes, significant } from "../format-numbers.ts";
import { questionNotes, type QuestionNotesInput } from "./question-notes.ts";
import {
  accuracyText,
  answerNotes,
  atChance,
  brokenText,
  generatedText,
  overlapText,
  tieNotes,
} from "./verdict-words.ts";

export interface VerdictInput {
  readonly reference: CellResult;
  readonly candidate: CellResult;
  readonly differences: Differences;
  /** Accuracy of guessing: mean of 1 / choices. */
  readonly chanceLevel: number | null;
  /** What is known of the questions; null where nothing is. */
  readonly questionSet: QuestionNotesInput["questionSet"];
  readonly limits: Limits;
  /** What the answers say, judged together with those of the other candidates; null where none were answered by both. */
  readonly decision: Decision | null;
  /** The same of generated answers, where the log-likelihoods' decide. */
  readonly generated: Decision | null;
}

export type { Limits };

export const DEFAULT_MARGIN_POINTS = 1;

/** For reports: a verdict means nothing without the limits that it was judged by. */
export function judgedBy({ limits }: { readonly limits?: Limits | undefined }): string {
  return `Judged by these limits: ${limitsText(limits ?? { marginPoints: DEFAULT_MARGIN_POINTS })}.`;
}

export function limitsText({ marginPoints, peakMemoryBytes, latencyMs }: Limits): string {
  const most = [
    peakMemoryBytes === undefined ? "" : `${mebibytes(peakMemoryBytes)} MiB of memory`,
    latencyMs === undefined ? "" : `${significant(latencyMs)} ms a forward pass`,
  ].filter((text) => text !== "");
  const bounds =
    most.length === 0 ? "no limit on memory or latency" : `at most ${most.join(" and ")} at the smallest batch size`;
  return `a loss of up to ${pointsOf(marginPoints)} of accuracy accepted, ${bounds}`;
}

/** An answer before it is a verdict: without the full stop, and with what decided it where that needs saying. */
type Said = Pick<Verdict, "answer" | "sentence"> & {
  readonly reason?: string;
  readonly more?: QuestionsToDecide | null;
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
    generatedText(input),
    ...answerNotes(input),
    ...questionNotes({
      pairs: comparedAnswers(input.reference, input.candidate)?.pairs ?? [],
      questionSet: input.questionSet,
    }),
    said.reason ?? "",
  ];
  return {
    answer: said.answer,
    sentence: `${said.sentence}.`,
    reasons: reasons.filter((text) => text !== ""),
    questionsToDecide: said.more?.whatever ?? null,
    questionsIfAsSeen: said.more?.asSeen ?? null,
    decision: intervalOf(input.decision),
  };
}

function intervalOf(decision: Decision | null): Verdict["decision"] {
  if (!decision) return null;
  const { estimate, low, high, confidence, candidates, look } = decision;
  return { estimate, low, high, confidence, candidates, look };
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
  if (cost.saves === "unknown")
    return notEnough(candidate, `what it saves was not measured${cost.text === "" ? "" : ` (${cost.text})`}`);

  if (!input.decision) {
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
  const { reference, candidate, limits, generated } = input;
  const decision = input.decision!;
  const margin = pointsOf(limits.marginPoints);
  const reason = `margin: a loss of up to ${margin} is accepted`;
  const { what, change } = accuracyText(input);
  if (decision.ruledOut) {
    // What the model writes is what its user sees: a loss there is not outweighed by likelihoods.
    if (generated?.shown && !generated.ruledOut) {
      const unclear = `${what} ${change}: no loss beyond the margin of ${margin}, but the answers it generates lose accuracy`;
      return { ...notEnough(candidate, unclear), reason };
    }
    const found = decision.shown
      ? `a real loss, within the margin of ${margin}`
      : decision.low > 0
        ? "a gain"
        : `no loss beyond the margin of ${margin}`;
    const sentence = `${advice(input)} ${candidate.label}: ${cost.text}; ${what} ${change}: ${found}`;
    return { answer: "quantize", sentence, reason };
  }
  if (decision.shown) {
    const beyond = decision.high < -limits.marginPoints ? `more than the margin of ${margin}, ` : "";
    const sentence = `Keep ${reference.label}: ${candidate.label} loses ${what}, ${beyond}${change}${cost.text === "" ? "" : `, for ${cost.text}`}`;
    return { answer: "keep", sentence, reason };
  }
  const { more } = decision;
  const found = decision.likely
    ? `: a loss is likely, not certain ${unsettledBy(decision)}`
    : `, which neither shows a loss nor rules out one of more than ${margin}`;
  const decides = more === null ? "" : `; ${moreText(more)}`;
  return { ...notEnough(candidate, `${what} ${change}${found}${decides}`), reason, more };
}

/** Why a difference that would count alone does not count here. */
function unsettledBy({ candidates, look }: Decision): string {
  if (candidates > 1) return `for ${candidates} candidates`;
  return look > 1 ? `at look ${look} at these questions` : "yet";
}

/** A range: the fewer if the change is what it seems, the more whatever it is. */
function moreText({ asSeen, whatever }: QuestionsToDecide): string {
  const [few, many] = [rounded(asSeen), rounded(whatever)];
  const count = few === many ? `about ${many}` : `${few} to ${many}`;
  return `${count} more questions like these would decide in four of five cases`;
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
  return {
    answer: "not enough data",
    sentence,
    reasons: [],
    questionsToDecide: null,
    questionsIfAsSeen: null,
    decision: null,
  };
}

/** Two digits that count, upwards: a forecast has no more. */
function rounded(count: number): string {
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return grouped(Math.ceil(count / magnitude) * magnitude);
}

/** How a cell breaks the user's limits, at its smallest batch size; null when it keeps them. */
function overLimits(cell: CellResult, { peakMemoryBytes, latencyMs }: Limits): string | null {
  const first = cell.forward.find(({ skipped }) => skipped === null);
  if (!first) return null;
  const at = `at batch ${first.batchSize}`;
  const peak = headlineMemory(cell, first.batchSize)?.bytes ?? null;
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
