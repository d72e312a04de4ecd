/** Importing runs, from wherever in the window, with the words that tell of it. */
import type { ImportedFile } from "#shared/api.ts";
import { isLeftOut } from "#shared/left-out.ts";
import { plural } from "#shared/format-numbers.ts";
import type { App } from "../stores/app.ts";
import { sortDropped } from "../stores/dropped-kinds.ts";
import { ImportsStore, type ToImport } from "../stores/imports.svelte.ts";
import { QuestionsStore } from "../stores/questions.svelte.ts";

type Imported = Exclude<ImportedFile, { outcome: "failed" }>;

/** What is said of a run that came out of a file. */
export function outcomeWords({ outcome, run }: Imported): string {
  if (outcome === "added") return `“${run.name}” was imported`;
  return outcome === "merged" ? `Merged into “${run.name}”` : `“${run.name}” is already here`;
}

/** With the system's own dialog where there is one, else the window's. */
export async function chooseRuns(app: App): Promise<void> {
  const imports = app.store(ImportsStore);
  if (app.connection.info?.nativeDialogs !== true) {
    imports.asking = true;
    return;
  }
  try {
    const paths = await imports.pick();
    if (paths.length > 0) await importRuns(app, { paths });
  } catch (error) {
    app.toasts.failed("No file could be chosen", error);
  }
}

export async function importRuns(app: App, wanted: ToImport): Promise<void> {
  const imports = app.store(ImportsStore);
  const answers = await withCancel(app, imports.run(wanted), () => void imports.cancel());
  imports.asking = false;
  // What could not be imported must not be missed.
  if (answers.some((answer) => answer.outcome === "failed" || answer.notes.some(isLeftOut))) imports.answers = answers;
  else tell(app, answers as readonly Imported[]);
}

/** Most imports are over before anybody could want to cancel them. */
const SHORT_MS = 1000;

/** While it takes long, says so with a button that cancels it. */
async function withCancel<T>({ toasts }: App, work: Promise<T>, cancel: () => void): Promise<T> {
  const shown: number[] = [];
  const timer = setTimeout(() => {
    shown.push(toasts.show({ title: "Importing runs", stays: true, action: { label: "Cancel", run: cancel } }));
  }, SHORT_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    for (const id of shown) toasts.dismiss(id);
  }
}

function tell({ toasts, router }: App, answers: readonly Imported[]): void {
  const [only, ...more] = answers;
  if (!only) return;
  if (more.length === 0) {
    const [note] = only.notes;
    toasts.show({
      kind: "done",
      title: outcomeWords(only),
      ...(note !== undefined && { message: note }),
      action: {
        label: "Show",
        run: () => {
          router.go("result", [only.run.id]);
        },
      },
    });
    return;
  }
  const known = answers.filter(({ outcome }) => outcome === "already there").length;
  toasts.show({
    kind: "done",
    title:
      known === answers.length
        ? "All of these runs are already here"
        : `${plural(answers.length - known, "run")} imported`,
    ...(known > 0 && known < answers.length && { message: `${plural(known, "run")} already here.` }),
    action: {
      label: "Show",
      run: () => {
        router.go("history");
      },
    },
  });
}

/**
 * Takes what was dropped on a page and is none of its business: runs, and question sets where the page has no use for them.
 * @returns the rest, for the page
 */
export async function takeOthers(
  app: App,
  dropped: readonly File[],
  own: "questions" | "models",
): Promise<readonly File[]> {
  const { runs, questions } = await sortDropped(dropped);
  if (runs.length > 0) await importDropped(app, runs);
  if (own === "questions") return dropped.filter((file) => !runs.includes(file));
  await addQuestions(app, questions);
  return dropped.filter((file) => !runs.includes(file) && !questions.includes(file));
}

/** What was dropped where no page takes anything else: runs, question sets; in doubt a file is a run, which says what it lacks. */
export async function takeAnything(app: App, dropped: readonly File[]): Promise<void> {
  const { runs, questions, others } = await sortDropped(dropped);
  const doubtful = others.filter(({ name }) => /\.jsonl?$/i.test(name));
  if (runs.length + doubtful.length > 0) await importDropped(app, [...runs, ...doubtful]);
  await addQuestions(app, questions);
  if (others.length === doubtful.length) return;
  app.toasts.show({
    title: "This page cannot open that file",
    message:
      "Runs (.qsrun, lm-eval's samples, llama-bench's output) and question sets can be imported. Models takes model folders.",
  });
}

async function importDropped(app: App, files: readonly File[]): Promise<void> {
  const { paths, contents } = await app.files.dropped(files);
  if (paths.length > 0) await importRuns(app, { paths });
  if (contents.length > 0) await importRuns(app, { contents });
}

async function addQuestions(app: App, files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const questions = app.store(QuestionsStore);
  const { paths, contents } = await app.files.dropped(files);
  const adding = [
    ...paths.map((path) => () => questions.add(path)),
    ...contents.map((file) => () => questions.upload(file)),
  ];
  for (const add of adding) {
    const entry = await add();
    // Questions says why a set was refused.
    app.router.go("questions", entry ? [entry.name] : []);
    if (entry) app.toasts.show({ kind: "done", title: `${entry.name} was imported` });
    else return;
  }
}
