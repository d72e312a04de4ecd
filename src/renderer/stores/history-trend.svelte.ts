import type { RequestInput, RequestOutput } from "#shared/api.ts";
import type { Lab } from "./bridge.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** Between two looks while numbers are still being derived. */
const AGAIN_MS = 1500;

/** What the trend shows: asked again when runs change, and while some are not in yet. */
export class HistoryTrendStore {
  readonly part = new AsyncValue<RequestOutput<"history.trend">>();
  readonly #lab: Lab;
  #asked: RequestInput<"history.trend"> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("runs.changed", () => {
      this.#again();
    });
  }

  async show(asked: RequestInput<"history.trend">): Promise<void> {
    if (JSON.stringify(asked) === JSON.stringify(this.#asked)) return;
    // Lines of another model must not stand under this one's name.
    if (asked.model !== this.#asked?.model) this.part.forget();
    this.#asked = asked;
    await this.refresh();
  }

  /** Nobody looks: nothing is asked for. */
  leave(): void {
    this.#asked = null;
    clearTimeout(this.#timer);
  }

  async refresh(): Promise<void> {
    const asked = this.#asked;
    if (asked === null) return;
    await this.part.read(() => this.#lab.request("history.trend", asked));
    if ((this.part.value?.pending ?? 0) > 0) this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), AGAIN_MS);
  }
}
