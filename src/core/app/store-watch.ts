/** Hears what other programs store: a command line adds a model, imports or deletes a run, while a window is open. */
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Db } from "#core/store/database.ts";
import { logProblem } from "#core/system/problems.ts";
import type { Events } from "./events.ts";

/** A program that measures stores several units a second, and windows ask for whole lists again. */
const PAUSE_MS = 500;

export class StoreWatch {
  readonly #db: Db;
  readonly #events: Pick<Events, "emit">;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | undefined;
  #version: unknown;

  /** A system that cannot watch a folder leaves windows to their own changes. */
  constructor(db: Db, events: Pick<Events, "emit">) {
    this.#db = db;
    this.#events = events;
    if (db.memory) return;
    const store = basename(db.name);
    this.#version = this.#readVersion();
    try {
      // The folder: SQLite makes and removes the write-ahead log beside the store.
      this.#watcher = watch(dirname(db.name), { persistent: false }, (_, name) => {
        if (name?.startsWith(store)) this.#look();
      });
      this.#watcher.on("error", (error) => {
        logProblem("Could not watch the store for changes by other programs", error);
      });
    } catch (error) {
      logProblem("Could not watch the store for changes by other programs", error);
    }
  }

  close(): void {
    this.#watcher?.close();
    clearTimeout(this.#timer);
  }

  /** After a pause, since one change is several writes to the files. */
  #look(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const version = this.#readVersion();
      if (version === this.#version) return;
      this.#version = version;
      for (const name of ["runs.changed", "models.changed", "questions.changed"] as const) this.#events.emit(name, {});
    }, PAUSE_MS);
    this.#timer.unref();
  }

  /** A number that changes with every commit of another connection (sqlite.org/pragma.html#pragma_data_version). */
  #readVersion(): unknown {
    return this.#db.pragma("data_version", { simple: true });
  }
}
