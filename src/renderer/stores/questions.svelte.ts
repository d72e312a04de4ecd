import type { FolderListing, PromptPreview, QuestionRow, QuestionSetEntry, RequestInput } from "#shared/api.ts";
import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import { base64Of } from "../format/read-file.ts";
import type { Lab } from "./bridge.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** Questions that come with one answer of the lab. */
const ROWS_AT_ONCE = 500;

type PromptWanted = RequestInput<"questions.preview">;

/** The question sets, the one that is looked at with its questions, and the prompt that one of them becomes. */
export class QuestionsStore {
  readonly list = new AsyncValue<readonly QuestionSetEntry[]>();
  readonly preview = new AsyncValue<PromptPreview>();
  /** As many as have come; null before the first. */
  rows = $state.raw<readonly QuestionRow[] | null>(null);
  rowsError = $state.raw<ErrorEnvelope | null>(null);
  adding = $state(false);
  /** Why the last file was not imported; nothing of it was. */
  addError = $state.raw<{ readonly file: string; readonly error: ErrorEnvelope } | null>(null);
  readonly #lab: Lab;
  /** Of the rows: another file or another state of it has others. */
  #rowsOf: string | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("questions.changed", () => void this.refresh());
  }

  async refresh(): Promise<void> {
    await this.list.read(async () => (await this.#lab.request("questions.list", {})).sets);
  }

  /** Reads all questions of a set, piece by piece, so that the first are there at once. */
  async readRows({ name, content }: QuestionSetEntry): Promise<void> {
    const state = `${name} ${content?.sha256}`;
    if (this.#rowsOf === state) return;
    this.#rowsOf = state;
    this.rows = null;
    this.rowsError = null;
    try {
      for (let read: readonly QuestionRow[] = []; ;) {
        const piece = { questions: name, limit: ROWS_AT_ONCE, offset: read.length };
        const { rows, total } = await this.#lab.request("questions.rows", piece);
        if (this.#rowsOf !== state) return;
        read = [...read, ...rows];
        this.rows = read;
        if (rows.length === 0 || read.length >= total) return;
      }
    } catch (error) {
      if (this.#rowsOf !== state) return;
      this.rowsError = toEnvelope(error);
      this.#rowsOf = null;
    }
  }

  async readPreview(wanted: PromptWanted): Promise<void> {
    await this.preview.read(() => this.#lab.request("questions.preview", wanted));
  }

  /** The entry; null where it could not be imported, and `addError` says why. */
  add(path: string, name?: string): Promise<QuestionSetEntry | null> {
    const input = name === undefined ? { path } : { path, name };
    return this.#add(path, () => this.#lab.request("questions.add", input));
  }

  upload(file: File): Promise<QuestionSetEntry | null> {
    return this.#add(file.name, async () => {
      const content = await base64Of(file);
      return this.#lab.request("questions.upload", { fileName: file.name, content });
    });
  }

  async #add(file: string, ask: () => Promise<QuestionSetEntry>): Promise<QuestionSetEntry | null> {
    this.adding = true;
    try {
      const entry = await ask();
      this.addError = null;
      return entry;
    } catch (error) {
      this.addError = { file, error: toEnvelope(error) };
      return null;
    } finally {
      this.adding = false;
    }
  }

  /** What the user chose in the system's own dialog; null where it was closed. */
  async pick(): Promise<string | null> {
    return (await this.#lab.request("dialog.pickQuestions", {})).path;
  }

  listFolder(path?: string): Promise<FolderListing> {
    return this.#lab.request("folders.list", path === undefined ? {} : { path });
  }

  async remove(questions: string): Promise<void> {
    await this.#lab.request("questions.remove", { questions });
  }
}
