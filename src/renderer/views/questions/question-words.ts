/** What a question set is and can tell, in the words that the Questions page shows. */
import type { QuestionSetEntry } from "#shared/api.ts";
import type { ErrorEnvelope } from "#shared/errors.ts";
import { grouped, plural } from "#shared/format-numbers.ts";
import { duplicatesNote } from "#shared/verdict/question-notes.ts";
import { MOST_QUESTIONS, questionsToRuleOut, resolutionOf } from "#shared/stats/questions-to-decide.ts";

/** Shares of answers that flip, as they are seen for 8 bits, good 4 bits and poor 4 bits of small models. */
const FLIP_SHARES = [0.05, 0.1, 0.2] as const;
/** The loss that a verdict accepts unless the user says otherwise, as a share. */
const MARGIN = 0.01;

interface Resolution {
  readonly flipPercent: number;
  /** Half-width of the 95 % interval of an accuracy change; null without questions. */
  readonly points: number | null;
  /** That would show a model that lost nothing to be within one point; null where no number would. */
  readonly needed: number | null;
}

/** What a set of `count` questions can tell apart, before anything is run. */
export function resolutionsOf(count: number): readonly Resolution[] {
  return FLIP_SHARES.map((share) => {
    const needed = questionsToRuleOut(share, MARGIN);
    return {
      flipPercent: 100 * share,
      points: resolutionOf(count, share),
      needed: needed < MOST_QUESTIONS ? needed : null,
    };
  });
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export function letterOf(index: number): string {
  return LETTERS[index] ?? String(index + 1);
}

/** `4 choices`, `2 to 5 choices`. */
export function choiceWords({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? plural(min, "choice") : `${grouped(min)} to ${plural(max, "choice")}`;
}

/** `163 questions · 4 choices`, and how many of them are copies; of a set that cannot be read, that. */
export function setLine({ content }: QuestionSetEntry): string {
  if (!content) return "could not be read";
  const { count, choices, duplicates } = content;
  const copies = duplicates > 0 ? ` · ${grouped(duplicates)} duplicated` : "";
  return `${plural(count, "question")} · ${choiceWords(choices)}${copies}`;
}

/** What is wrong with a set in which questions come more than once; null where none does. */
export function duplicatesWarning({ count, duplicates }: NonNullable<QuestionSetEntry["content"]>): string | null {
  if (duplicates === 0) return null;
  return (
    `${duplicatesNote(duplicates, count)}. Two questions are the same where their text and their choices are, in whatever order. ` +
    "Take the copies out of the file and import it again."
  );
}

/** Whether a set's file is the copy that Quantscope made of an upload: in the folder `questions` of its data folder. */
export function isUpload(file: string, home: string): boolean {
  return file.startsWith(home) && /^[\\/]questions[\\/]/.test(file.slice(home.length));
}

interface ImportProblem {
  /** `Line 12`; null where the whole file is meant. */
  readonly place: string | null;
  readonly reason: string;
}

/** Where a file that was refused is wrong, and why. Readers say `line 12` or `row 12`, as their files count. */
export function importProblem({ message, details }: ErrorEnvelope): ImportProblem {
  const { row, reason } = details;
  return {
    place: typeof row === "string" && row !== "" ? row[0]!.toUpperCase() + row.slice(1) : null,
    reason: typeof reason === "string" ? reason : message,
  };
}

interface PromptPiece {
  readonly kind: "text" | "special" | "space" | "end";
  readonly text: string;
}

/** Special tokens as chat templates of the common families write them. */
const SPECIAL = /<\|[^|<>\s]{1,60}\|>|<\/?s>|<(?:bos|eos|pad|start_of_turn|end_of_turn)>|\[\/?INST\]|<<\/?SYS>>/;
const SPACES = /[ \t]+(?=\n|$)|(?<=^|\n)[ \t]+| {2,}/;
const END = /\n/;
const PIECES = new RegExp(`(${SPECIAL.source})|(${SPACES.source})|(${END.source})`, "g");

/** A prompt cut where something stands that is easily overlooked: special tokens, spaces at the ends of lines, line ends. */
export function promptPieces(prompt: string): readonly PromptPiece[] {
  const pieces: PromptPiece[] = [];
  let from = 0;
  const add = (kind: PromptPiece["kind"], text: string): void => {
    if (text !== "") pieces.push({ kind, text });
  };
  for (const match of prompt.matchAll(PIECES)) {
    add("text", prompt.slice(from, match.index));
    const [text, special, space] = match;
    add(special !== undefined ? "special" : space !== undefined ? "space" : "end", text);
    from = match.index + text.length;
  }
  add("text", prompt.slice(from));
  return pieces;
}
