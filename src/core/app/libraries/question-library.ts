/** The question sets that the user added, and the bundled one: names for files. */
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import type { QuestionSetEntry } from "#shared/api.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { byName } from "#shared/natural-order.ts";
import { countDuplicates } from "#core/benchmarks/duplicates.ts";
import { type QuestionSet, subjectFromName } from "#core/benchmarks/question-set.ts";
import type { QuestionReader } from "#core/files/question-reader.ts";
import type { Db } from "#core/store/database.ts";
import { deleteQuestionsRow, listQuestionsRows, saveQuestionsRow } from "#core/store/library.ts";
import { demoResources } from "../files/resources.ts";

type Content = NonNullable<QuestionSetEntry["content"]>;

/** Where a set lies, and what was known of it when it was last read. */
interface NamedSet {
  readonly name: string;
  readonly file: string;
  readonly bundled: boolean;
  readonly uploaded: boolean;
  readonly addedAt: string | null;
  readonly known: { readonly bytes: number; readonly modifiedMs: number; readonly content: Content } | null;
}

export class QuestionLibrary {
  readonly #db: Db;
  readonly #uploads: string;
  readonly #bundled: { readonly name: string; readonly file: string };
  readonly #bundledContent = new Map<string, Content>();
  readonly #read: QuestionReader;

  /** @param uploads folder for sets that come as content */
  constructor(db: Db, uploads: string, read: QuestionReader) {
    this.#db = db;
    this.#read = read;
    this.#uploads = uploads;
    const { questions: file } = demoResources();
    this.#bundled = { name: setName(file), file };
  }

  /** The bundled one first, then by name. A file that has changed is read again; one that cannot be says why. */
  async list(): Promise<QuestionSetEntry[]> {
    const entries: QuestionSetEntry[] = [];
    for (const set of this.#all()) entries.push(await this.#entry(set));
    return entries;
  }

  /** Folders in which sets lie. */
  folders(): string[] {
    return this.#all().map(({ file }) => resolve(file, ".."));
  }

  /** @throws LabError QUESTIONS_INVALID naming file, row and reason; NAME_TAKEN */
  async add(path: string, wantedName?: string): Promise<QuestionSetEntry> {
    const file = resolve(path);
    const known = this.#all().find((set) => set.file === file);
    if (known) return this.#entry(known);
    return this.#keep(file, wantedName, false);
  }

  /**
   * Keeps a set that comes as content.
   * @param fileName its ending says how it is read
   * @throws LabError QUESTIONS_INVALID, NAME_TAKEN, OUTPUT_UNWRITABLE; nothing is kept then
   */
  async upload(fileName: string, content: Uint8Array, wantedName?: string): Promise<QuestionSetEntry> {
    const name = wantedName ?? setName(fileName);
    this.#refuseTaken(name);
    const reading = join(this.#uploads, `reading-${process.pid}`);
    try {
      mkdirSync(reading, { recursive: true });
      // Under its own name: a row's error and the subject come from there.
      const file = join(reading, fileName);
      writeFileSync(file, content);
      await this.#read(file);
      const kept = join(this.#uploads, `${safeName(name)}${extname(fileName).toLowerCase()}`);
      if (existsSync(kept)) throw taken(name);
      copyFileSync(file, kept);
      return await this.#keep(kept, name, true);
    } catch (error) {
      if (error instanceof LabError) throw withoutFolder(error, reading);
      const { message } = error as Error;
      throw new LabError("OUTPUT_UNWRITABLE", `${this.#uploads} cannot be written: ${message}.`, {}, { cause: error });
    } finally {
      rmSync(reading, { recursive: true, force: true });
    }
  }

  /** @throws LabError QUESTIONS_NOT_FOUND; BAD_REQUEST for a bundled one */
  remove(nameOrFile: string): void {
    const { name, file, bundled, uploaded } = this.find(nameOrFile);
    if (bundled) throw new LabError("BAD_REQUEST", `The bundled set "${name}" cannot be removed.`, { name });
    deleteQuestionsRow(this.#db, name);
    if (uploaded) rmSync(file, { force: true });
  }

  /** By name, else by file. LabError QUESTIONS_NOT_FOUND with the names that there are. */
  find(nameOrFile: string): NamedSet {
    const all = this.#all();
    const found = all.find(({ name }) => sameName(name, nameOrFile)) ?? all.find(({ file }) => file === nameOrFile);
    if (found) return found;
    throw new LabError(
      "QUESTIONS_NOT_FOUND",
      `There is no question set "${nameOrFile}"; there are: ${all.map(({ name }) => name).join(", ")}. Add its file first.`,
      { questions: nameOrFile },
    );
  }

  /** The whole set. LabError QUESTIONS_*. */
  async read(nameOrFile: string): Promise<QuestionSet> {
    return this.#read(this.find(nameOrFile).file);
  }

  #all(): NamedSet[] {
    const added = listQuestionsRows(this.#db).map((row): NamedSet => ({
      name: row.name,
      file: row.file,
      bundled: false,
      uploaded: row.uploaded === 1,
      addedAt: row.addedAt,
      known: knownOf(row),
    }));
    const bundled = { ...this.#bundled, bundled: true, uploaded: false, addedAt: null, known: null };
    return [bundled, ...added.sort((a, b) => byName(a.name, b.name))];
  }

  async #keep(file: string, wantedName: string | undefined, uploaded: boolean): Promise<QuestionSetEntry> {
    const name = wantedName ?? setName(file);
    this.#refuseTaken(name);
    const content = contentOf(await this.#read(file));
    const set = { name, file, bundled: false, uploaded, addedAt: new Date().toISOString(), known: null };
    this.#save(set, content);
    return shown(set, true, content, null);
  }

  async #entry(set: NamedSet): Promise<QuestionSetEntry> {
    const { file, bundled, known } = set;
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found) return shown(set, false, known?.content ?? null, `${file} is not there any more.`);
    if (known?.bytes === found.size && known.modifiedMs === found.mtimeMs) {
      return shown(set, true, known.content, null);
    }
    const cached = bundled ? this.#bundledContent.get(file) : undefined;
    if (cached) return shown(set, true, cached, null);
    try {
      const content = contentOf(await this.#read(file));
      if (bundled) this.#bundledContent.set(file, content);
      else this.#save(set, content);
      return shown(set, true, content, null);
    } catch (error) {
      return shown(set, true, null, toEnvelope(error).message);
    }
  }

  #save({ name, file, addedAt, uploaded }: NamedSet, content: Content): void {
    const { size: bytes, mtimeMs: modifiedMs } = statSync(file);
    saveQuestionsRow(this.#db, {
      name,
      file,
      addedAt: addedAt ?? "",
      uploaded: Number(uploaded),
      bytes,
      modifiedMs,
      content: JSON.stringify(content),
    });
  }

  #refuseTaken(name: string): void {
    if (this.#all().some((set) => sameName(set.name, name))) throw taken(name);
  }
}

/** An older version did not count duplicates: its sets count as changed, so that they are read again. */
function knownOf({ bytes, modifiedMs, content }: ReturnType<typeof listQuestionsRows>[number]): NamedSet["known"] {
  const known = JSON.parse(content) as Omit<Content, "duplicates"> & Partial<Content>;
  if (known.duplicates === undefined) return { bytes: -1, modifiedMs, content: { ...known, duplicates: 0 } };
  return { bytes, modifiedMs, content: { ...known, duplicates: known.duplicates } };
}

function taken(name: string): LabError {
  return new LabError("NAME_TAKEN", `There is a question set "${name}" already. Give this one another name.`, { name });
}

function shown(
  { name, file, bundled, addedAt }: NamedSet,
  present: boolean,
  content: Content | null,
  problem: string | null,
): QuestionSetEntry {
  return { name, file, bundled, addedAt, present, content, problem };
}

function contentOf({ name, file, sha256, questions }: QuestionSet): Content {
  const subjects = new Map<string, number>();
  for (const { subject } of questions) {
    const key = (subject ?? subjectFromName(name)).replaceAll("_", " ");
    subjects.set(key, (subjects.get(key) ?? 0) + 1);
  }
  const counts = questions.map(({ choices }) => choices.length);
  return {
    sha256,
    bytes: statSync(file).size,
    count: questions.length,
    subjects: [...subjects].map(([subject, count]) => ({ name: subject, count })),
    choices: {
      min: counts.reduce((least, count) => Math.min(least, count), Infinity),
      max: counts.reduce((most, count) => Math.max(most, count), 0),
    },
    duplicates: countDuplicates(questions),
  };
}

/** The folder in which an upload was read says nothing to the user. */
function withoutFolder(error: LabError, folder: string): LabError {
  const shorten = (text: string): string => text.replaceAll(`${folder}/`, "").replaceAll(`${folder}\\`, "");
  const details = Object.fromEntries(
    Object.entries(error.details).map(([key, value]) => [key, typeof value === "string" ? shorten(value) : value]),
  );
  return new LabError(error.code, shorten(error.message), details, { cause: error });
}

function setName(file: string): string {
  return basename(file, extname(file));
}

function safeName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} ._-]/gu, "_").replace(/^\.+/, "_");
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
