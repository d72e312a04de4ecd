/** The choices of a document of lm-evaluation-harness, whose tasks keep them in many places. */
export interface LmEvalChoices {
  readonly texts: readonly string[];
  /** By which the document may name a choice, such as "1" for `option1`; empty where letters are all there is. */
  readonly labels: readonly string[];
  /** Those that the document marks as right beside the texts (TruthfulQA); empty where it does not. */
  readonly marked: readonly number[];
  /** The texts stand nowhere in the file: only how many there are is known, and letters stand for them. */
  readonly areLetters: boolean;
}

const PLAIN = Object.freeze({ labels: [], marked: [], areLetters: false });

type Doc = Readonly<Record<string, unknown>>;

export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Fields that hold a list of choices, the usual first. */
const LISTS = ["choices", "endings", "options", "candidates", "answer_choices", "mc1_targets", "mc2_targets"];
/** Fields of one choice each, counted by a number or letter: `option1`, `sol2`, `ending0`, `opa`, `answerA`, `A`. */
const NUMBERED =
  /^(choice|option|opt?|sol|ending|answer|candidate|sentence_quiz|hypothesis|hyp|)[ _]?(\d{1,2}|[A-Za-z])$/;

/**
 * @param count of log-likelihoods, one a choice; null where the answer was generated
 * @param continuations what was scored after the prompt, where the file says it
 * @param prompt that was answered, where the file says it; of one with examples the last question counts
 * @returns null where an answer was generated and the document names no choices
 */
export function choicesOf(
  doc: Doc,
  count: number | null,
  continuations: readonly string[],
  prompt: string,
): LmEvalChoices | null {
  const found = [...LISTS.flatMap((field) => listOf(doc[field])), ...numberedOf(doc)].filter(({ texts }) =>
    count === null ? texts.length > 1 : texts.length === count,
  );
  const scored = continuations.map((text) => text.trim());
  const [first] = found;
  if (count === null) return first ?? lettered(doc, prompt);
  const same = found.find(({ texts }) => texts.every((text, index) => text.trim() === scored[index]));
  if (same ?? first) return (same ?? first)!;
  if (scored.length === count && new Set(scored).size === count) {
    return { ...PLAIN, texts: scored };
  }
  return { ...PLAIN, texts: Array.from({ length: count }, (_, index) => letter(index)), areLetters: true };
}

function letter(index: number): string {
  return LETTERS[index] ?? String(index + 1);
}

/** A list of texts, of objects with a text each, or one in an object with a list of labels; an object from label to text. */
function listOf(value: unknown): LmEvalChoices[] {
  if (Array.isArray(value)) return manyOf(value, []);
  if (typeof value !== "object" || value === null) return [];
  const { text, label, choices, labels } = value as Doc;
  const nested = text ?? choices;
  const marks = Array.isArray(labels) ? (labels as unknown[]) : [];
  const marked = marks.flatMap((mark, index) => (mark === 1 ? [index] : []));
  if (Array.isArray(nested)) {
    return manyOf(nested, Array.isArray(label) ? label : []).map((found) => ({ ...found, marked }));
  }
  const entries = Object.entries(value as Doc);
  const isLettered = entries.every(([key], index) => key.toUpperCase() === LETTERS[index]);
  return isLettered
    ? manyOf(
        entries.map(([, each]) => each),
        entries.map(([key]) => key),
      )
    : [];
}

function manyOf(values: readonly unknown[], labels: readonly unknown[]): LmEvalChoices[] {
  const texts = values.map(textOf);
  if (texts.some((text) => text === null)) return [];
  const named = labels.length > 0 ? labels : values.map(labelOf);
  const isNamed = named.length === texts.length && named.every((each) => typeof each === "string");
  return [{ ...PLAIN, texts: texts as string[], labels: isNamed ? named : [] }];
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return null;
  const { text, value: content, option_text: words } = value as Doc;
  return [text, content, words].find((each): each is string => typeof each === "string") ?? null;
}

function labelOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return null;
  const { label, key, option_label: name } = value as Doc;
  return label ?? key ?? name ?? null;
}

/** Fields that are counted from 0, 1 or A without a gap. */
function numberedOf(doc: Doc): LmEvalChoices[] {
  const families = Map.groupBy(
    Object.entries(doc).flatMap(([field, value]) => {
      const [, name, mark] = NUMBERED.exec(field) ?? [];
      const text = mark === undefined ? null : textOf(value);
      return text === null ? [] : [{ name: name!, mark: mark!, text, place: placeOf(mark!) }];
    }),
    ({ name, mark }) => `${name} ${/\d/.test(mark)}`,
  );
  return [...families.values()].flatMap((family) => {
    const sorted = family.toSorted((a, b) => a.place - b.place);
    const start = sorted[0]!.place;
    if (sorted.length < 2 || start > 1 || sorted.some(({ place }, index) => place !== start + index)) return [];
    return [{ ...PLAIN, texts: sorted.map(({ text }) => text), labels: sorted.map(({ mark }) => mark.toUpperCase()) }];
  });
}

function placeOf(mark: string): number {
  return /\d/.test(mark) ? Number(mark) : LETTERS.indexOf(mark.toUpperCase());
}

/** Choices in the question's own words, a line each: `(A) ...` or `A. ...`. */
function lettered(doc: Doc, prompt: string): LmEvalChoices | null {
  for (const text of [doc.input, doc.question, doc.query, doc.problem, prompt]) {
    if (typeof text !== "string") continue;
    let texts: string[] = [];
    for (const [, inBrackets, plain, words] of text.matchAll(/^\s*(?:\(([A-Z])\)|([A-Z])[.):])\s*(\S.*)$/gm)) {
      const mark = inBrackets ?? plain;
      if (mark === "A") texts = [words!.trim()];
      else if (mark === LETTERS[texts.length]) texts.push(words!.trim());
    }
    if (texts.length > 1) return { ...PLAIN, texts };
  }
  return null;
}
