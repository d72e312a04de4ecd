/** The models that the user added, and the bundled one: names for folders. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ModelEntry } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { byName } from "#shared/natural-order.ts";
import { logProblem } from "#core/system/problems.ts";
import { type ModelFolder, openModelFolder, sourceVariant } from "#core/models/model-folder.ts";
import type { Db } from "#core/store/database.ts";
import { deleteModelRow, listModelRows, type ModelRow, saveModelRow } from "#core/store/library.ts";
import { demoResources } from "../files/resources.ts";

const BUNDLED_MODEL = "demo";
const OPENED_KEPT = 4;

/** What an entry is, without looking into its folder. */
export interface NamedModel {
  readonly name: string;
  readonly folder: string;
  readonly bundled: boolean;
  readonly addedAt: string | null;
  readonly summary: ModelEntry["summary"];
}

export class ModelLibrary {
  readonly #db: Db;
  readonly #bundled: string;
  /** Opened folders by path, each with the state of its files: pages ask for the same one again and again. */
  readonly #opened = new Map<string, { readonly state: string; readonly model: ModelFolder }>();

  /** @param bundled folder of the model that is always there */
  constructor(db: Db, bundled = demoResources().model) {
    this.#db = db;
    this.#bundled = bundled;
  }

  /** The bundled one first, then by name. */
  list(): ModelEntry[] {
    return this.#all().map((model) => this.#entry(model));
  }

  /** Folders of all entries. */
  folders(): string[] {
    return this.#all().map(({ folder }) => folder);
  }

  /**
   * Opens a folder and keeps it under a name. A folder that is there already keeps its name.
   * @throws LabError MODEL_*, EXTERNAL_DATA_*, NAME_TAKEN
   */
  add(path: string, wantedName?: string): ModelEntry {
    const folder = resolve(path);
    const model = this.#open(folder);
    const known = this.#all().find((entry) => entry.folder === folder);
    if (known) {
      if (wantedName === undefined || wantedName === known.name) return this.#entry(this.#remember(known, model));
      throw new LabError("NAME_TAKEN", `${folder} is in the library already, as "${known.name}".`, {
        name: known.name,
      });
    }
    const name = wantedName ?? this.#freeName(model.name);
    if (this.#all().some((entry) => sameName(entry.name, name))) {
      throw new LabError("NAME_TAKEN", `There is a model "${name}" already. Give this one another name.`, { name });
    }
    const row = { name, folder, addedAt: new Date().toISOString(), summary: JSON.stringify(summaryOf(model)) };
    saveModelRow(this.#db, row);
    return this.#entry(named(row));
  }

  /** @throws LabError MODEL_NOT_FOUND; BAD_REQUEST for the bundled one */
  remove(nameOrFolder: string): void {
    const { name, bundled } = this.find(nameOrFolder);
    if (bundled) throw new LabError("BAD_REQUEST", `The bundled model "${name}" cannot be removed.`, { name });
    deleteModelRow(this.#db, name);
  }

  /** By name, else by folder. LabError MODEL_NOT_FOUND with the names that there are. */
  find(nameOrFolder: string): NamedModel {
    const all = this.#all();
    const found =
      all.find(({ name }) => sameName(name, nameOrFolder)) ??
      all.find(({ folder }) => folder === resolve(nameOrFolder));
    if (found) return found;
    const names = all.map(({ name }) => name).join(", ");
    throw new LabError(
      "MODEL_NOT_FOUND",
      `There is no model "${nameOrFolder}" in the library; there are: ${names}. Add its folder first.`,
      { model: nameOrFolder },
    );
  }

  /**
   * What its folder holds, read again when a file there has changed.
   * @throws LabError MODEL_*, EXTERNAL_DATA_*
   */
  open(nameOrFolder: string): { readonly entry: ModelEntry; readonly model: ModelFolder } {
    const found = this.find(nameOrFolder);
    const model = this.#open(found.folder);
    return { entry: this.#entry(this.#remember(found, model)), model };
  }

  #all(): NamedModel[] {
    const bundled = {
      name: BUNDLED_MODEL,
      folder: this.#bundled,
      bundled: true,
      addedAt: null,
      summary: this.#bundledSummary(),
    };
    const added = listModelRows(this.#db).map(named);
    return [bundled, ...added.sort((a, b) => byName(a.name, b.name))];
  }

  #bundledSummary(): ModelEntry["summary"] {
    try {
      return summaryOf(this.#open(this.#bundled));
    } catch {
      return null;
    }
  }

  #entry({ name, folder, bundled, addedAt, summary }: NamedModel): ModelEntry {
    return { name, folder, bundled, addedAt, present: existsSync(folder), summary };
  }

  #remember(known: NamedModel, model: ModelFolder): NamedModel {
    const summary = summaryOf(model);
    if (!known.bundled && JSON.stringify(summary) !== JSON.stringify(known.summary)) {
      const { name, folder, addedAt } = known;
      try {
        saveModelRow(this.#db, { name, folder, addedAt: addedAt ?? "", summary: JSON.stringify(summary) });
      } catch (error) {
        // Read again next time: looking at a model needs no store that can be written.
        logProblem(`What the model "${name}" holds could not be kept`, error);
      }
    }
    return { ...known, summary };
  }

  #open(folder: string): ModelFolder {
    const state = stateOf(folder);
    const known = this.#opened.get(folder);
    if (known?.state === state) return known.model;
    const model = openModelFolder(folder);
    this.#opened.delete(folder);
    this.#opened.set(folder, { state, model });
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > OPENED_KEPT && oldest !== undefined) this.#opened.delete(oldest);
    return model;
  }

  #freeName(wanted: string): string {
    const names = this.#all().map(({ name }) => name);
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted} ${number}`;
      if (!names.some((each) => sameName(each, name))) return name;
    }
  }
}

/**
 * The folder that a person means who names a model: that folder where there is one, else the library's of that name.
 * @throws LabError MODEL_NOT_FOUND
 */
export function resolveModel(library: Pick<ModelLibrary, "find">, nameOrFolder: string): string {
  if (statSync(nameOrFolder, { throwIfNoEntry: false })?.isDirectory()) return resolve(nameOrFolder);
  // A path that leads nowhere is told as one: opening it says what is missing.
  if (/[\\/]/.test(nameOrFolder)) return resolve(nameOrFolder);
  return library.find(nameOrFolder).folder;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function named({ name, folder, addedAt, summary }: ModelRow): NamedModel {
  return {
    name,
    folder,
    bundled: false,
    addedAt,
    summary: summary === null ? null : (JSON.parse(summary) as ModelEntry["summary"]),
  };
}

function summaryOf(model: ModelFolder): NonNullable<ModelEntry["summary"]> {
  return {
    architecture: model.architecture,
    parameters: sourceVariant(model).facts.parameters,
    formats: [...new Set(model.variants.map(({ format }) => format))],
    bytes: model.variants.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Name, size and time of every file that opening the folder looks at. */
function stateOf(folder: string): string {
  const parts: string[] = [];
  for (const dir of [folder, join(folder, "onnx")]) {
    const isFolder = statSync(dir, { throwIfNoEntry: false })?.isDirectory();
    for (const name of isFolder ? readdirSync(dir) : []) {
      const found = statSync(join(dir, name), { throwIfNoEntry: false });
      parts.push(`${name} ${found?.size} ${found?.mtimeMs}`);
    }
  }
  return parts.join("\n");
}
