/** What a bundle's schema cannot say: whether its rows fit each other, and its names what they become part of. */
import type { CellResult } from "#shared/results.ts";
import type { StoredQuestionSet, WholeRun } from "#core/store/write-stored-run.ts";

/** Run ids become parts of file names and of RUN:LABEL. */
const RUN_ID = /^[A-Za-z0-9][\w.-]{0,63}$/;
const LONGEST_SHOWN = 60;
const LONGEST_LABEL = 200;

/** The first thing that is wrong, in words; null where nothing is. */
export function problemOf({ stored, questionSets }: Pick<WholeRun, "stored" | "questionSets">): string | null {
  const { run, cells } = stored;
  if (!RUN_ID.test(run.id)) {
    return `run.id ${shown(run.id)} is no run id (1 to 64 letters, digits, ".", "_" and "-", a letter or digit first)`;
  }
  const dates = [
    ["run.startedAt", run.startedAt],
    ["run.finishedAt", run.finishedAt],
    ...cells.flatMap(({ label, launches }) => launches.map((each) => [`a launch of ${shown(label)}`, each.startedAt])),
  ] as const;
  const wrong = dates.find(([, date]) => date !== null && Number.isNaN(Date.parse(date)));
  if (wrong) return `${wrong[0]}: ${shown(wrong[1]!)} is no date`;
  return (
    doubled("cells", cells, ({ label }) => label) ??
    first(cells, ({ label }) =>
      label === "" || label.length > LONGEST_LABEL ? `the label ${shown(label)} is empty or too long` : null,
    ) ??
    first(cells, cellProblem) ??
    doubled("question sets", questionSets, ({ sha256 }) => sha256) ??
    first(questionSets, questionProblem)
  );
}

/** Times, sizes and counts, by what their fields are called. */
const NEVER_NEGATIVE = /(Ms|Bytes|[tT]okens|words|repeats|launch|order|batchSize|depth|sequenceLength)$/;

/** The first of them that is below zero, by its path; what is computed from it would be nonsense. */
function negativeIn(value: unknown, path: string, key: string): string | null {
  if (typeof value === "number") return value < 0 && NEVER_NEGATIVE.test(key) ? `${path} is ${value}` : null;
  if (typeof value !== "object" || value === null) return null;
  const isList = Array.isArray(value);
  for (const [name, below] of Object.entries(value)) {
    const found = negativeIn(below, `${path}.${name}`, isList ? key : name);
    if (found !== null) return found;
  }
  return null;
}

function cellProblem(cell: CellResult): string | null {
  const of = shown(cell.label);
  const { launches, forward, decode, benchmark, generations, replays, samples, loadMs } = cell;
  const timed = { launches, forward, decode, benchmark, generations, replays, samples, loadMs };
  const negative = negativeIn(timed, "", "");
  if (negative !== null) return `${of}: ${negative.slice(1)}, and cannot be less than 0`;
  const rows = <T>(what: string, list: readonly T[], keyOf: (row: T) => unknown): string | null =>
    doubled(`${what} of ${of}`, list, (row) => JSON.stringify(keyOf(row)));
  return (
    rows("launches", cell.launches, ({ kind, launch, batchSize }) => [kind, launch, batchSize ?? 0]) ??
    rows(
      "forward passes",
      cell.forward.flatMap(({ launches }) => launches),
      ({ kind, launch, batchSize }) => [kind, launch, batchSize],
    ) ??
    rows(
      "decode measurements",
      cell.decode.flatMap(({ launches }) => launches),
      ({ way, launch, batchSize, depth }) => [way, launch, batchSize, depth],
    ) ??
    rows("token rows", cell.tokens, ({ questionId }) => questionId) ??
    rows("texts", cell.texts, ({ chunk }) => chunk) ??
    first(cell.texts, ({ chunk, positions }) =>
      rows(`positions of text ${chunk}`, positions, ({ position }) => position),
    ) ??
    rows("benchmark modes", cell.benchmark, ({ mode }) => mode) ??
    first(cell.benchmark, ({ mode, answers }) => rows(`${mode} answers`, answers, ({ questionId }) => questionId)) ??
    rows("generated texts", cell.generations, ({ promptId }) => promptId) ??
    rows(
      "replays",
      cell.replays.flatMap(({ launches }) => launches),
      ({ of: replayed, launch }) => [replayed, launch],
    )
  );
}

function questionProblem({ name, questions, asked }: StoredQuestionSet): string | null {
  const of = `of ${shown(name)}`;
  if (asked > questions.length) return `${asked} questions ${of} were asked, and it holds ${questions.length}`;
  return (
    doubled(`questions ${of}`, questions, ({ id }) => id) ??
    first(questions, ({ id, answer, choices }) =>
      answer < 0 || answer >= choices.length ? `question ${id} ${of} has no choice ${answer}` : null,
    )
  );
}

function doubled<T>(what: string, rows: readonly T[], keyOf: (row: T) => string): string | null {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = keyOf(row);
    if (seen.has(key)) return `two of the ${what} are ${shown(key)}`;
    seen.add(key);
  }
  return null;
}

function first<T>(rows: readonly T[], problem: (row: T) => string | null): string | null {
  for (const row of rows) {
    const found = problem(row);
    if (found !== null) return found;
  }
  return null;
}

function shown(text: string): string {
  return JSON.stringify(text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}...`);
}
