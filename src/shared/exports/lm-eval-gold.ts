/**
 * Which choice is right, in lm-evaluation-harness's samples. Tasks name it in several fields, counted from 0 or 1, by letter, label
 * or text; what a field means is the same in every line of a file, and must agree with what the harness counted as right.
 */
import { type LmEvalChoices, LETTERS } from "./lm-eval-choices.ts";

export interface GoldRow {
  readonly target: unknown;
  readonly doc: Readonly<Record<string, unknown>>;
  readonly choices: LmEvalChoices;
  /** The right choice as a metric logs it that holds right and chosen side by side (f1, mcc, brier_score). */
  readonly logged: number | null;
  /** The choice that was made; null where it is not known. */
  readonly chosen: number | null;
  /** Whether the harness counted it as right; null where it did not count. */
  readonly right: boolean | null;
}

interface Gold {
  /** Index of the right choice of each row. */
  readonly indexes: readonly number[];
  /** Rows in which the harness's count is not that of the chosen and the right choice. */
  readonly disagreeing: number;
}

type Reading = (row: GoldRow) => number | null;

/** Fields of documents that name the right choice, the plainest first. */
const FIELDS = [
  "gold",
  "label",
  "answer_index",
  "answer_idx",
  "answerKey",
  "answer",
  "Answer",
  "correct_answer",
  "cop",
];

const READINGS: readonly Reading[] = [
  ({ logged, choices }) => inside(logged ?? -1, choices),
  ({ choices: { marked } }) => (marked.length === 1 ? marked[0]! : null),
  ({ target, choices }) => numberOf(only(target), choices, 0),
  ({ target, choices }) => nameOf(only(target), choices),
  ...FIELDS.flatMap((field): Reading[] => [
    ({ doc, choices }) => nameOf(doc[field], choices),
    ({ doc, choices }) => numberOf(doc[field], choices, 0),
    ({ doc, choices }) => numberOf(doc[field], choices, 1),
  ]),
];

/** Of two choices, the one that was made tells which is right; a number as target is one that is there, or the harness erred. */
const byElimination: Reading = ({ choices, target, chosen, right }) => {
  if (choices.texts.length !== 2 || chosen === null || right === null || /^\s*-?\d+\s*$/.test(String(target)))
    return null;
  return right ? chosen : 1 - chosen;
};

/** @returns the row that no reading understands, by its index, where no reading understands all */
export function goldOf(rows: readonly GoldRow[]): Gold | { readonly unknown: number } {
  let best: Gold | null = null;
  let furthest = 0;
  for (const reading of READINGS) {
    const indexes = rows.map(reading);
    const gap = indexes.indexOf(null);
    if (gap >= 0) {
      furthest = Math.max(furthest, gap);
      continue;
    }
    const disagreeing = rows.filter((row, index) => disagrees(row, indexes[index]!)).length;
    if (!best || disagreeing < best.disagreeing) best = { indexes: indexes as number[], disagreeing };
    if (disagreeing === 0) break;
  }
  if (best) return best;
  const indexes = rows.map(byElimination);
  return indexes.includes(null) ? { unknown: furthest } : { indexes: indexes as number[], disagreeing: 0 };
}

function disagrees({ chosen, right }: GoldRow, gold: number): boolean {
  return chosen !== null && right !== null && (chosen === gold) !== right;
}

/** Whether a task takes any of several choices for right. */
export function hasSeveralTargets(target: unknown): boolean {
  const list = listOf(target);
  return list !== null && list.length > 1;
}

/** A target in a list of one; the harness writes such a list as text. */
function only(target: unknown): unknown {
  const list = listOf(target);
  return list?.length === 1 ? list[0] : target;
}

function listOf(target: unknown): readonly unknown[] | null {
  if (Array.isArray(target)) return target as unknown[];
  if (typeof target !== "string" || !/^\[\d+(, ?\d+)*\]$/.test(target.trim())) return null;
  return JSON.parse(target) as number[];
}

function numberOf(value: unknown, choices: LmEvalChoices, from: number): number | null {
  if (typeof value === "number") return inside(value - from, choices);
  if (typeof value === "boolean") return inside(Number(value) - from, choices);
  return typeof value === "string" && /^\s*\d+\s*$/.test(value) ? inside(Number(value) - from, choices) : null;
}

/** By label, letter or text: `2` of `option2`, `B`, `(B)`, `Mars`. A capital letter is one also where a choice reads like it. */
function nameOf(value: unknown, choices: LmEvalChoices): number | null {
  if (typeof value !== "string") return null;
  const plain = value.trim();
  const label = choices.labels.indexOf(plain);
  if (label >= 0) return label;
  const [, letter = ""] = /^\(?([A-Za-z])\)?[.:]?$/.exec(plain) ?? [];
  const byLetter = letter === "" ? null : inside(LETTERS.indexOf(letter.toUpperCase()), choices);
  const byText = textIndex(plain, choices);
  return /[A-Z]/.test(letter) ? (byLetter ?? byText) : (byText ?? byLetter);
}

function textIndex(text: string, { texts }: LmEvalChoices): number | null {
  const plain = texts.map((each) => each.trim());
  const index = plain.indexOf(text);
  const folded = index < 0 ? plain.findIndex((each) => each.toLowerCase() === text.toLowerCase()) : index;
  return folded < 0 ? null : folded;
}

function inside(index: number, { texts }: Pick<LmEvalChoices, "texts">): number | null {
  return Number.isInteger(index) && index >= 0 && index < texts.length ? index : null;
}

/** The choice that a generated answer names: its letter or label before anything else, or its text. */
export function choiceSaid(text: string, choices: LmEvalChoices): number | null {
  const plain = text.trim();
  const [, mark] = /^\W*([A-Za-z]|\d{1,2})(?:[).:,\]]|\W*$)/.exec(plain) ?? [];
  return (mark === undefined ? null : nameOf(mark, choices)) ?? textIndex(plain, choices);
}
