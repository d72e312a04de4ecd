/**
 * What the window remembers of its user: theme, place, widths. Kept twice: in the page's own storage, which is there before
 * the first frame, and in the lab, because a browser forgets a loopback host whose port is another one next time.
 */
import type { Lab } from "./bridge.ts";
import { DEFAULTS, type Preferences, readPreferences } from "./read-preferences.ts";

const KEY = "quantscope.preferences";
const LAB_KEY = "window.preferences";
const KEEP_AFTER_MS = 400;

export class PreferencesStore {
  #all = $state.raw<Preferences>(DEFAULTS);
  #systemDark = $state(false);
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  /** Nothing was kept under this address: what the lab kept counts. */
  readonly #fresh: boolean;
  #lab: Lab | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Pick<Window, "localStorage" | "matchMedia">) {
    this.#storage = page.localStorage;
    const stored = this.#storage.getItem(KEY);
    this.#fresh = stored === null;
    this.#all = readPreferences(stored);
    const dark = page.matchMedia("(prefers-color-scheme: dark)");
    this.#systemDark = dark.matches;
    dark.addEventListener("change", ({ matches }) => (this.#systemDark = matches));
  }

  /**
   * Brings what the lab kept, where this address has nothing of its own, and from now on keeps changes there too.
   * @returns whether anything was brought
   */
  async connect(lab: Lab): Promise<boolean> {
    try {
      const { state } = await lab.request("pages.restore", {});
      const kept = state[LAB_KEY];
      const brought = this.#fresh && kept !== undefined;
      this.#lab = lab;
      if (brought) this.set(readPreferences(kept));
      return brought;
    } catch {
      // Preferences are not worth a message; the page's own storage still has them.
      return false;
    }
  }

  get all(): Preferences {
    return this.#all;
  }

  /** The theme that is shown. */
  get dark(): boolean {
    return this.#all.theme === "system" ? this.#systemDark : this.#all.theme === "dark";
  }

  set(change: Partial<Preferences>): void {
    this.#all = { ...this.#all, ...change };
    try {
      this.#storage.setItem(KEY, JSON.stringify(this.#all));
    } catch {
      // No room, or storage is switched off: the window forgets, the lab does not.
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const value = JSON.stringify(this.#all);
      this.#lab?.request("pages.remember", { key: LAB_KEY, value }).catch(() => undefined);
    }, KEEP_AFTER_MS);
  }

  /** One view's own preference under `key`, `otherwise` until it was set. The caller checks what it gets. */
  ofView(key: string, otherwise: unknown): unknown {
    return this.#all.views[key] ?? otherwise;
  }

  setOfView(key: string, value: unknown): void {
    this.set({ views: { ...this.#all.views, [key]: value } });
  }
}
