/**
 * What failed where no request waits for an answer: a timer, a lost connection, a bug. Each is kept with its stack in a file of
 * the data folder that stays small, and told once to whoever listens.
 */
import { appendFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { toEnvelope } from "#shared/errors.ts";

export interface Problem {
  /** One sentence for the user. */
  readonly message: string;
  /** Where the stack is; null before a data folder is open. */
  readonly file: string | null;
}

export const PROBLEMS_FILE = "problems.log";
/** Beyond it the file becomes `problems.log.1`, and the one before that goes. */
const MOST_BYTES = 512 * 1024;
const MOST_ENTRY_CHARACTERS = 16 * 1024;
/** What fails every few seconds, on a full disk, is said once in a while. */
const TOLD_AGAIN_MS = 10 * 60_000;
const MESSAGES_KEPT = 100;

let file: string | null = null;
const listeners = new Set<(problem: Problem) => void>();
const toldAtMs = new Map<string, number>();

/** @param home the data folder; null for none any more */
export function keepProblemsIn(home: string | null): void {
  file = home === null ? null : join(home, PROBLEMS_FILE);
}

export function onProblem(listener: (problem: Problem) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/**
 * Never throws: it is the last one that hears of it.
 * @param what could not be done, as the beginning of a sentence: "Deleted runs could not be removed"
 */
export function noteProblem(what: string, error: unknown): void {
  const message = `${what}: ${toEnvelope(error).message}`;
  if (toldAlready(message)) return;
  const kept = logProblem(what, error);
  for (const listener of listeners) {
    try {
      listener({ message, file: kept ? file : null });
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** Only keeps it: whoever is concerned hears of it otherwise. */
export function logProblem(what: string, error: unknown): boolean {
  const head = `${new Date().toISOString()} pid ${process.pid} ${what}: ${toEnvelope(error).message}`;
  return write(`${head}\n${stackOf(error)}\n`);
}

/** The owner of a promise that nobody waits for. */
export function detach(work: Promise<unknown>, what: string): void {
  work.catch((error: unknown) => {
    noteProblem(what, error);
  });
}

function toldAlready(message: string): boolean {
  const now = performance.now();
  const before = toldAtMs.get(message);
  if (before !== undefined && now - before < TOLD_AGAIN_MS) return true;
  toldAtMs.delete(message);
  toldAtMs.set(message, now);
  const [oldest] = toldAtMs.keys();
  if (toldAtMs.size > MESSAGES_KEPT && oldest !== undefined) toldAtMs.delete(oldest);
  return false;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `  ${String(error)}`;
  const cause = error.cause === undefined ? "" : `\n  caused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`.slice(0, MOST_ENTRY_CHARACTERS);
}

function write(entry: string): boolean {
  if (file === null) return false;
  try {
    const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > MOST_BYTES) renameSync(file, `${file}.1`);
    appendFileSync(file, entry);
    return true;
  } catch {
    // The disk is full, or the folder is read-only: it is told all the same.
    return false;
  }
}
