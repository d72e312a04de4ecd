/** Settings and predictions in words. */
import type { BenchCell, BenchPlan, BenchSquare } from "#shared/api.ts";
import { DEPTHS, type Depth } from "#shared/depths.ts";
import { grouped, mebibytes, megabytes, MIB, plural } from "#shared/format-numbers.ts";
import { BATCH_SIZES } from "#shared/spec.ts";
import { resolutionOf } from "#shared/stats/questions-to-decide.ts";
import { formatDuration } from "../../format/time.ts";
import type { CellInput, Draft } from "./draft.ts";
import { askingOf, passOf } from "./draft.ts";

export const STATE_WORDS: Readonly<Record<BenchSquare["state"], string>> = Object.freeze({
  "in-folder": "In folder",
  made: "Made",
  "can-be-made": "Can be made",
  cannot: "Cannot",
});

export const BASIS_WORDS: Readonly<Record<NonNullable<BenchPlan["basis"]>, string>> = Object.freeze({
  measured: "from earlier runs",
  scaled: "scaled from other models",
  rough: "a rough guess",
});

export const DEPTH_WORDS: Readonly<Record<Depth, { readonly label: string; readonly what: string }>> = Object.freeze({
  preview: { label: "Preview", what: `A first look. ${DEPTHS.preview.launches} launches: no intervals.` },
  standard: {
    label: "Standard",
    what: `For a decision. ${DEPTHS.standard.launches} launches: intervals.`,
  },
  thorough: {
    label: "Thorough",
    what: `For a report. ${DEPTHS.thorough.launches} longer launches.`,
  },
});

/** A third of a second is not a promise worth two digits. */
export function aboutTime(seconds: number | null): string {
  if (seconds === null) return "–";
  return `≈ ${formatDuration(1000 * Math.max(1, seconds < 10 ? Math.ceil(seconds) : seconds)).replace(".0 s", " s")}`;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** The same in one unit, where there is little room: `≈ 87 s`, `≈ 4 min`, `≈ 2.5 h`, `≈ 3.1 d`. Seconds go up to two minutes. */
export function aboutTimeShort(seconds: number | null): string {
  if (seconds === null) return "–";
  const whole = Math.max(1, seconds < 10 ? Math.ceil(seconds) : Math.round(seconds));
  if (whole < 2 * MINUTE) return `≈ ${whole} s`;
  if (Math.round(whole / MINUTE) < 90) return `≈ ${Math.round(whole / MINUTE)} min`;
  return Math.round(whole / HOUR) < 48 ? `≈ ${oneDecimal(whole / HOUR)} h` : `≈ ${oneDecimal(whole / DAY)} d`;
}

/** `2.5`, `2`, `14`. */
function oneDecimal(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(".0", "") : grouped(value);
}

export function memory(bytes: number | null): string {
  return bytes === null ? "–" : `${mebibytes(bytes)} MiB`;
}

const KIBI = 1024;

/** What nobody has measured never looks like what somebody has: `~110 MiB`, `~10 GiB`, short enough for a square. */
export function predictedMemory({
  peakMemoryBytes,
  peakMemoryMeasured,
}: Pick<BenchSquare["prediction"], "peakMemoryBytes" | "peakMemoryMeasured">): string {
  if (peakMemoryBytes === null || peakMemoryMeasured) return memory(peakMemoryBytes);
  // Two digits: a guess has no more.
  const rounded = (value: number): number => Number(value.toPrecision(2));
  const mebi = rounded(peakMemoryBytes / MIB);
  return mebi < KIBI ? `~${grouped(mebi)} MiB` : `~${rounded(peakMemoryBytes / MIB / KIBI)} GiB`;
}

export function fileSize(bytes: number | null, predicted = false): string {
  return bytes === null ? "–" : `${predicted ? "≈ " : ""}${megabytes(bytes)} MB`;
}

/** What the numbers of a square are, and what they rest on: shown while the pointer or the keyboard is on it. */
export function squareTip(square: BenchSquare, memoryFreeBytes: number): string {
  const { state, reason, prediction } = square;
  if (state === "cannot") return reason ?? "This cannot be measured here.";
  const { peakMemoryBytes, fits, makeSeconds, measureSeconds, basis } = prediction;
  const parts = [
    state === "can-be-made" ? `The run makes the file first (${aboutTime(makeSeconds)})` : STATE_WORDS[state],
    peakMemoryBytes === null
      ? null
      : `Predicted peak memory ${predictedMemory(prediction)}, ${memory(memoryFreeBytes)} free now${fits === false ? ": not enough" : ""}`,
    measureSeconds === null
      ? null
      : `Takes ${aboutTime(measureSeconds)}${basis === null ? "" : `, ${BASIS_WORDS[basis]}`}`,
  ];
  return `${parts.filter(Boolean).join(". ")}.`;
}

/** The file's own name, whichever system it lies on. */
const nameOf = (file: string): string => file.split(/[\\/]/).at(-1)!;

/** What sets a cell apart that no square stands for: `own recipe, 2 threads`. */
export function cellWords({ recipe, threads, graph }: CellInput): string {
  return [
    recipe === undefined ? null : "own recipe",
    threads === undefined ? null : plural(threads, "thread"),
    graph === "fused" ? "attention fused" : null,
  ]
    .filter(Boolean)
    .join(", ");
}

/** What such a cell is measured from: `made first from model.onnx, ≈ 12.1 MB`, `model_q4.onnx, 12.1 MB`; or why it cannot be. */
export function sourceWords({ state, reason, file, madeFrom, bytes }: BenchCell): string {
  switch (state) {
    case "cannot":
      return reason ?? "This cannot be measured here.";
    case "can-be-made":
      return `made first from ${nameOf(madeFrom ?? "")}, ${fileSize(bytes, true)}`;
    case "made":
      return `made before from ${nameOf(madeFrom ?? "")}, ${fileSize(bytes)}`;
    case "in-folder":
      return `${nameOf(file ?? "")}, ${fileSize(bytes)}`;
  }
}

/** Of the questions to come, the share that is assumed to flip between right and wrong; 4-bit weights flip about so many. */
const ASSUMED_FLIPS = 0.05;

/** Half-width of the interval that so many questions will give; null for none. */
export function resolutionPoints(questions: number): string | null {
  const points = resolutionOf(questions, ASSUMED_FLIPS);
  return points === null ? null : `±${points.toFixed(points < 3 ? 1 : 0)} points`;
}

/** What a number of questions can tell; null where there are none. */
export function resolutionWords(questions: number): string | null {
  const points = resolutionPoints(questions);
  if (points === null) return null;
  return `${plural(questions, "question")} can tell apart about ${points} of accuracy, if 1 in ${Math.round(1 / ASSUMED_FLIPS)} answers flips.`;
}

const list = (values: readonly number[]): string => values.map((value) => grouped(value)).join(", ");

export function forwardWords(draft: Draft): string {
  const { batchSizes = [...BATCH_SIZES], sequenceLength = 128 } = passOf(draft, "forward") ?? {};
  return `Batch ${list(batchSizes)} · ${plural(sequenceLength, "token")} each`;
}

export function decodeWords(draft: Draft): string {
  const { depths = [0, 512, 2000], batchSizes = [1] } = passOf(draft, "decode") ?? {};
  const context = depths.length === 1 && depths[0] === 0 ? "After the prompt" : `After ${list(depths)} tokens`;
  return `${context}${batchSizes.length === 1 && batchSizes[0] === 1 ? "" : ` · batch ${list(batchSizes)}`}`;
}

export function tokensWords(draft: Draft): string {
  const { questions, texts } = passOf(draft, "tokens") ?? {};
  return [questions === undefined ? null : "At each question", texts === undefined ? null : "in running text"]
    .filter(Boolean)
    .join(" and ");
}

export function benchmarkWords(draft: Draft): string {
  const { modes = ["loglikelihood", "generate"] } = passOf(draft, "benchmark") ?? {};
  return modes
    .map((mode) => (mode === "generate" ? "generated answers" : "scored choices"))
    .join(" and ")
    .replace(/^./, (letter) => letter.toUpperCase());
}

export function generateWords(draft: Draft): string {
  const { prompts, maxNewTokens = 64 } = passOf(draft, "generate") ?? {};
  const what = Array.isArray(prompts) ? plural(prompts.length, "prompt") : "The bundled prompts";
  return `${what} · up to ${plural(maxNewTokens, "token")}`;
}

/** How questions are put, short; empty where everything is as usual. */
export function askingWords(draft: Draft): string {
  const { shots = 0, chatTemplate = false, promptTemplate = "mmlu", subject } = askingOf(draft);
  return [
    shots > 0 ? plural(shots, "shot") : "0-shot",
    promptTemplate === "mmlu" ? "letters" : "texts of the choices",
    chatTemplate ? "chat template" : null,
    subject === undefined ? null : `about ${subject}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
