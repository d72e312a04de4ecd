/** Files that a browser may fetch for a while: made for one page, below a folder of their own, under names nobody can guess. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { logProblem } from "#core/system/problems.ts";

const DOWNLOAD_PATH = "/export/";

/** Long enough to answer the browser's question where to put it. */
const KEPT_MS = 10 * 60_000;
/** What a program left that was killed; one that runs beside this one keeps nothing so long. */
const STALE_MS = 60 * 60_000;

export interface Download {
  /** Where it lies. */
  readonly file: string;
  /** What the browser shall call it. */
  readonly fileName: string;
  readonly mediaType: string;
  /** Shown in a tab of its own, to be printed from there, instead of being saved. */
  readonly shown: boolean;
}

export class Downloads {
  readonly #folder: string;
  readonly #keptMs: number;
  readonly #offered = new Map<string, Download>();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param folder made when it is needed; old files in it go */
  constructor(folder: string, keptMs = KEPT_MS) {
    this.#folder = folder;
    this.#keptMs = keptMs;
    removeStale(folder);
  }

  /**
   * A place for a file that is about to be made.
   * @param ending where what reads it goes by that
   */
  place(ending = ""): string {
    mkdirSync(this.#folder, { recursive: true });
    return join(this.#folder, randomBytes(16).toString("hex") + ending);
  }

  /** Lets it be fetched from the path that is returned; then it goes. */
  offer(download: Download): string {
    const path = DOWNLOAD_PATH + randomBytes(24).toString("base64url");
    this.#offered.set(path, download);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#offered.delete(path);
      remove(download.file);
    }, this.#keptMs);
    timer.unref();
    this.#timers.add(timer);
    return path;
  }

  /** @param pathname of a request, as it came */
  find(pathname: string): Download | null {
    return this.#offered.get(pathname) ?? null;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { file } of this.#offered.values()) remove(file);
    this.#timers.clear();
    this.#offered.clear();
  }
}

function removeStale(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    // It was never needed.
    return;
  }
  for (const name of names) {
    const file = join(folder, name);
    const modifiedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modifiedMs > STALE_MS) remove(file);
  }
}

/** A file that cannot be removed now (a browser holds it, the folder is read-only) is removed by a later start. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    logProblem(`${file} could not be removed`, error);
  }
}
