import { statSync } from "node:fs";
import type { QuestionSet } from "#core/benchmarks/question-set.ts";
import type { FileWorker } from "./file-worker.ts";

/** @throws LabError QUESTIONS_INVALID naming the file, the line or row, and what is wrong there; those of FileWorker */
export type QuestionReader = (file: string) => Promise<QuestionSet>;

/** A million questions take seconds. */
const SECONDS = 60;
/** A set, and the one that its solved questions come from: pages ask for them again with every change. */
const KEPT = 2;

/** Reads question sets in the child that `files` starts. Sets that were read last are read again only when their files change. */
export function questionReader(files: Pick<FileWorker, "run">): QuestionReader {
  const kept = new Map<string, QuestionSet>();
  return async (file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    const state = `${found?.size} ${found?.mtimeMs} ${file}`;
    const set = kept.get(state) ?? (await files.run("readQuestions", file, { seconds: SECONDS }));
    kept.delete(state);
    kept.set(state, set);
    for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest);
    return set;
  };
}
