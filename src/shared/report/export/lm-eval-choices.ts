/** The choices of a document of lm-evaluation-harness, whose tasks keep them in many places. */
export interface LmEvalChoices {
  readonly texts: readonly string[];
  /** By which the document may name a choice, such as "1" for `option1`; empty where letters are all there is. */
  readonly labels: readonly string[];
  /** The texts stand nowhere in the file: only how many there are is known, and letters stand for them. */
  readonly areLetters: boolean;
}

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
 * @returns null where an answer was generated and the document names no choices
 */
export function choicesOf(doc: Doc, count: number | null, continuations: readonly string[]): LmEvalChoices | null {
  const found = [...LISTS.flatMap((field) => listOf(doc[field])), ...numberedOf(doc)].filter(({ texts }) =>
    count === null ? texts.length > 1 : texts.length === count,
  );
  const scored = continuations.map((text) => text.trim());
  const [first] = found;
  if (count === null) return first ?? lettered(doc);
  const same = found.find(({ texts }) => texts.every((text, index) => text.trim() === scored[index]));
  if (same ?? first) return (same ?? first)!;
  if (scored.length === count && new Set(scored).size === count) {
    return { texts: scored, labels: [], areLetters: false };
  }
  return { texts: Array.from({ length: count }, (_, index) => letter(index)), labels: [], areLetters: true };
}

function letter(index: number): string {
  return LETTERS[index] ?? String(index + 1);
}

/** A list of texts, of objects with a text each, or one in an object with a list of labels; an object from label to text. */
function listOf(value: unknown): LmEvalChoices[] {
  if (Array.isArray(value)) return manyOf(value, []);
  if (typeof value !== "object" || value === null) return [];
  const { text, label, choices } = value as Doc;
  const nested = text ?? choices;
  if (Array.isArray(nested)) return manyOf(nested, Array.isArray(label) ? label : []);
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
  return [{ texts: texts as string[], labels: isNamed ? named : [], areLetters: false }];
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
    return [
      {
        texts: sorted.map(({ text }) => text),
        labels: sorted.map(({ mark }) => mark.toUpperCase()),
        areLetters: false,
      },
    ];
  });
}

function placeOf(mark: string): number {
  return /\d/.test(mark) ? Number(mark) : LETTERS.indexOf(mark.toUpperCase());
}

/** Choices in the question's own words, a line each: `(A) ...` or `A. ...`. */
function lettered(doc: Doc): LmEvalChoices | null {
  for (const field of ["input", "question", "query", "problem"]) {
    const value = doc[field];
    if (typeof value !== "string") continue;
    const lines = [...value.matchAll(/^\s*(?:\(([A-Z])\)|([A-Z])[.):])\s*(\S.*)$/gm)];
    const isCounted = lines.every(([, a, b], index) => (a ?? b) === LETTERS[index]);
    if (lines.length > 1 && isCounted) {
      return { texts: lines.map(([, , , text]) => text!.trim()), labels: [], areLetters: false };
    }
  }
  return null;
}
