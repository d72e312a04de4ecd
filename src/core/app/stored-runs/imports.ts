/** Runs out of files that a page names or hands over. Reading and storing them is the reader's child's: it takes seconds. */
import { isAbsolute } from "node:path";
import type { ImportedFile } from "#shared/api.ts";
import { LARGEST_UPLOAD_BYTES } from "#shared/api/questions.ts";
import { LabError } from "#shared/errors.ts";
import type { ImportOptions, ImportSource } from "#core/bundles/import-source.ts";
import type { Events } from "../events.ts";
import type { MeasurementQueue } from "../runs/measurement-queue.ts";
import type { PathGuard } from "../files/path-guard.ts";
import type { RunReader } from "./run-reader.ts";

const QUEUED_NAME = "importing runs";

interface ImportsOptions {
  readonly queue: Pick<MeasurementQueue, "holder" | "pass">;
  readonly paths: Pick<PathGuard, "check" | "allows">;
  readonly stored: Pick<RunReader, "run" | "cancelImport">;
  readonly events: Pick<Events, "emit">;
}

interface Upload {
  readonly fileName: string;
  /** base64. */
  readonly content: string;
  readonly modifiedMs?: number | undefined;
}

export class Imports {
  readonly #options: ImportsOptions;
  #running = 0;
  #cancelled = new AbortController();
  /** Settles with the import before. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(options: ImportsOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#running > 0;
  }

  /**
   * What is wrong with a file is in its answer.
   * @throws LabError PATH_REFUSED, RUN_BUSY while something is measured; nothing is read then
   */
  byPath(paths: readonly string[], about: ImportOptions): Promise<ImportedFile[]> {
    return this.#import(
      [...new Set(paths.map((path) => this.#checked(path)))].map((path) => ({ path })),
      about,
    );
  }

  /** @throws LabError BAD_REQUEST where it is too much, RUN_BUSY */
  byContent(files: readonly Upload[], about: ImportOptions): Promise<ImportedFile[]> {
    const sources = files.map(({ fileName, content, modifiedMs }): ImportSource => {
      const modifiedAt = modifiedMs === undefined ? null : new Date(modifiedMs).toISOString();
      return { path: fileName, content: { bytes: new Uint8Array(Buffer.from(content, "base64")), modifiedAt } };
    });
    const bytes = sources.reduce((sum, { content }) => sum + content!.bytes.length, 0);
    if (bytes <= LARGEST_UPLOAD_BYTES) return this.#import(sources, about);
    const what = files.length === 1 ? `${files[0]!.fileName} is` : "These files together are";
    throw new LabError("BAD_REQUEST", `${what} larger than ${LARGEST_UPLOAD_BYTES / 2 ** 20} MiB. Import by path.`);
  }

  /** Cancels every import that runs or waits. Each run is stored whole or not at all. */
  cancel(): void {
    if (this.#running === 0) return;
    this.#cancelled.abort(new LabError("CANCELLED", "The import was cancelled."));
    this.#cancelled = new AbortController();
    this.#options.stored.cancelImport();
  }

  #import(sources: readonly ImportSource[], about: ImportOptions): Promise<ImportedFile[]> {
    this.#running++;
    const { signal } = this.#cancelled;
    const importing = this.#before.then(() => this.#alone(sources, about, signal));
    this.#before = importing
      .catch(() => undefined)
      .finally(() => {
        this.#running--;
      });
    return importing;
  }

  /**
   * Not beside a measurement: it would be spoilt, and whoever stores it would wait for the store. A run that is started
   * meanwhile waits those seconds; one that is measured may take hours, so that nothing waits for it here.
   */
  #alone(sources: readonly ImportSource[], about: ImportOptions, signal: AbortSignal): Promise<ImportedFile[]> {
    const { queue } = this.#options;
    if (queue.holder !== null) {
      throw new LabError(
        "RUN_BUSY",
        `Nothing can be imported during this: ${queue.holder}. Try again when it has ended.`,
      );
    }
    return queue.pass(QUEUED_NAME, signal, () => this.#store(sources, about));
  }

  async #store(sources: readonly ImportSource[], about: ImportOptions): Promise<ImportedFile[]> {
    const { stored, events } = this.#options;
    try {
      return [...(await stored.run("importRuns", { sources, about }))];
    } finally {
      // Also where the child died over one: those before it are stored.
      events.emit("runs.changed", {});
    }
  }

  #checked(path: string): string {
    const { paths } = this.#options;
    if (!isAbsolute(path) || paths.allows(path)) return paths.check(path);
    throw new LabError(
      "PATH_REFUSED",
      `${path} is outside your home folder and the folders that were added. Choose the file itself in the page, or use the command line: quantscope import FILE.`,
      { path },
    );
  }
}
