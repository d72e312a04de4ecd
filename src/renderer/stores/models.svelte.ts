import type { FolderListing, ModelDetails, ModelEntry, ModelLayer } from "#shared/api.ts";
import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { Lab } from "./bridge.ts";
import { AsyncValue } from "./async-value.svelte.ts";

interface Preset {
  readonly name: string;
  readonly recipe: Recipe;
}

/** Where made variants go: kept by Quantscope, or beside their source. */
export type Place = "lab" | "folder";

/** The library, and the one model of it that is looked at. */
export class ModelsStore {
  readonly list = new AsyncValue<readonly ModelEntry[]>();
  readonly details = new AsyncValue<ModelDetails>();
  readonly layers = new AsyncValue<readonly ModelLayer[]>();
  presets = $state.raw<readonly Preset[]>([]);
  adding = $state(false);
  /** Why the last folder was not added; it stays until it is closed or another one is added. */
  addError = $state.raw<{ readonly path: string; readonly error: ErrorEnvelope } | null>(null);
  readonly #lab: Lab;
  #shown: string | null = null;
  #file: string | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("models.changed", () => void this.refresh());
  }

  async refresh(): Promise<void> {
    await this.list.read(async () => (await this.#lab.request("models.list", {})).models);
    await this.#readDetails();
  }

  /** Looks at another model; null: at none. */
  async show(name: string | null): Promise<void> {
    if (name === this.#shown) return;
    this.#shown = name;
    this.details.forget();
    this.showLayers(null);
    await this.#readDetails();
  }

  /** Of a variant of the model that is shown; null: of none. */
  showLayers(file: string | null): void {
    if (file === this.#file) return;
    this.#file = file;
    this.layers.forget();
    void this.readLayers();
  }

  async readLayers(): Promise<void> {
    const [model, file] = [this.#shown, this.#file];
    if (model === null || file === null) return;
    await this.layers.read(async () => (await this.#lab.request("models.layers", { model, file })).layers);
  }

  async #readDetails(): Promise<void> {
    const model = this.#shown;
    if (model !== null) await this.details.read(() => this.#lab.request("models.show", { model }));
  }

  /** The entry; null where it could not be added, and `addError` says why. */
  async add(path: string, name?: string): Promise<ModelEntry | null> {
    this.adding = true;
    try {
      const entry = await this.#lab.request("models.add", name === undefined ? { path } : { path, name });
      this.addError = null;
      return entry;
    } catch (error) {
      this.addError = { path, error: toEnvelope(error) };
      return null;
    } finally {
      this.adding = false;
    }
  }

  /** What the user chose in the system's own dialog; null where it was closed. */
  async pick(): Promise<string | null> {
    return (await this.#lab.request("dialog.pickModel", {})).path;
  }

  listFolder(path?: string): Promise<FolderListing> {
    return this.#lab.request("folders.list", path === undefined ? {} : { path });
  }

  /** Forgets the model; its folder stays as it is. */
  async remove(model: string): Promise<void> {
    await this.#lab.request("models.remove", { model });
  }

  /** Deletes a variant that Quantscope made in its data folder. */
  async deleteVariant(file: string): Promise<void> {
    await this.#lab.request("variants.remove", { file });
  }

  async readPresets(): Promise<void> {
    if (this.presets.length === 0) this.presets = (await this.#lab.request("variants.presets", {})).presets;
  }

  /** Bytes of the file that a recipe would make. */
  async predict(model: string, recipe: Recipe): Promise<number> {
    return (await this.#lab.request("variants.predict", { model, recipe })).bytes;
  }

  async make(model: string, recipe: Recipe, place: Place): Promise<void> {
    await this.#lab.request("variants.make", { model, recipe, place });
  }

  async diskFreeBytes(): Promise<number | null> {
    return (await this.#lab.request("system.snapshot", {})).diskFreeBytes;
  }
}
