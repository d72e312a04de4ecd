import type { ImportedFile, RequestInput } from "#shared/api.ts";
import { LARGEST_UPLOAD_BYTES } from "#shared/api/questions.ts";
import { type ErrorEnvelope, LabError, toEnvelope } from "#shared/errors.ts";
import { base64Of } from "../format/read-file.ts";
import type { Lab } from "./bridge.ts";

type About = Pick<RequestInput<"runs.import">, "cell">;

/** Files whose paths the lab may read, or the files themselves. */
export type ToImport =
  | { readonly paths: readonly string[]; readonly contents?: undefined }
  | { readonly contents: readonly File[]; readonly paths?: undefined };

/** Imports runs, and keeps what became of the last files until it was read. */
export class ImportsStore {
  /** Whether the page asks for files itself: where there is no dialog of the system. */
  asking = $state(false);
  busy = $state(false);
  /** Of files that could not be imported, or not whole, with the others of their request; empty when there is nothing to tell. */
  answers = $state.raw<readonly ImportedFile[]>([]);
  readonly #lab: Lab;
  /** The last files that came by content: one may have to be sent again with what it does not say. */
  #contents: readonly File[] = [];
  #cancelled = false;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** What the user chose in the system's own dialog; none where it was closed. */
  async pick(): Promise<readonly string[]> {
    return (await this.#lab.request("dialog.pickRuns", {})).paths;
  }

  /** @returns one answer a run; a request that was refused whole answers for all of its files */
  async run(wanted: ToImport, about: About = {}): Promise<readonly ImportedFile[]> {
    this.busy = true;
    this.#cancelled = false;
    try {
      return wanted.paths ? await this.#byPath(wanted.paths, about) : await this.#byContent(wanted.contents, about);
    } finally {
      this.busy = false;
    }
  }

  /** What is stored already stays; the rest answers that it was cancelled. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    await this.#lab.request("runs.cancelImport", {});
  }

  /** Once more those that `failed`, with what they do not say. */
  again(failed: ImportedFile, about: About): Promise<readonly ImportedFile[]> {
    const contents = this.#contents.filter(({ name }) => failed.files.includes(name));
    return this.run(contents.length > 0 ? { contents } : { paths: failed.files }, about);
  }

  #byPath(paths: readonly string[], about: About): Promise<readonly ImportedFile[]> {
    this.#contents = [];
    return this.#answer(paths, () => this.#lab.request("runs.import", { paths: [...paths], ...about }));
  }

  /** Bundles one at a time, so that each may be as large as a request; the others may be tasks of one run. */
  async #byContent(files: readonly File[], about: About): Promise<readonly ImportedFile[]> {
    this.#contents = files;
    const { bundles = [], others = [] } = Object.groupBy(files, ({ name }) =>
      /\.(qsrun|zip)$/i.test(name) ? "bundles" : "others",
    );
    const requests = [...bundles.map((file) => [file]), ...(others.length > 0 ? [others] : [])];
    const answers: ImportedFile[] = [];
    for (const request of requests) {
      if (this.#cancelled) break;
      const names = request.map(({ name }) => name);
      answers.push(...(await this.#answer(names, () => this.#upload(request, about))));
    }
    return answers;
  }

  async #upload(files: readonly File[], about: About): Promise<{ files: ImportedFile[] }> {
    if (files.reduce((sum, { size }) => sum + size, 0) > LARGEST_UPLOAD_BYTES) throw tooLarge(files);
    const sent = await Promise.all(
      files.map(async (file) => ({
        fileName: file.name,
        content: await base64Of(file),
        modifiedMs: Math.max(0, file.lastModified),
      })),
    );
    return this.#lab.request("runs.upload", { files: sent, ...about });
  }

  async #answer(
    files: readonly string[],
    ask: () => Promise<{ files: readonly ImportedFile[] }>,
  ): Promise<readonly ImportedFile[]> {
    try {
      return (await ask()).files;
    } catch (thrown) {
      const error: ErrorEnvelope = toEnvelope(thrown);
      return [{ outcome: "failed", files: [...files], error }];
    }
  }
}

function tooLarge(files: readonly File[]): LabError {
  const what = files.length === 1 ? "The file is" : "These files together are";
  return new LabError(
    "BAD_REQUEST",
    `${what} larger than the ${LARGEST_UPLOAD_BYTES / 2 ** 20} MiB that a page can hand over. Type the path instead, or use the command line: quantscope import FILE.`,
  );
}
