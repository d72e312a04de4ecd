import type { Flip } from "#shared/api.ts";
import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import type { Lab } from "./bridge.ts";

/** As many as one answer holds. */
const PAGE = 500;

/** Questions that a cell answers differently, brought page by page: of fourteen thousand questions there may be thousands. */
export class FlipsPart {
  /** Null until the first page. */
  list = $state.raw<readonly Flip[] | null>(null);
  total = $state(0);
  error = $state.raw<ErrorEnvelope | null>(null);
  readonly #lab: Pick<Lab, "request">;
  #shown = "";
  #look = 0;

  constructor(lab: Pick<Lab, "request">) {
    this.#lab = lab;
  }

  /** @param state of the run: one that went on has others */
  async open(id: string, candidate: string, state: string): Promise<void> {
    const wanted = JSON.stringify([id, candidate, state]);
    if (wanted === this.#shown) return;
    this.forget();
    this.#shown = wanted;
    const look = this.#look;
    try {
      for (let offset = 0; ; offset += PAGE) {
        const { flips, total } = await this.#lab.request("runs.flips", { id, candidate, limit: PAGE, offset });
        if (look !== this.#look) return;
        this.list = [...(this.list ?? []), ...flips];
        this.total = total;
        if (flips.length < PAGE) return;
      }
    } catch (error) {
      if (look !== this.#look) return;
      this.error = toEnvelope(error);
      // Asking again is allowed.
      this.#shown = "";
    }
  }

  forget(): void {
    this.#look++;
    this.#shown = "";
    this.list = null;
    this.total = 0;
    this.error = null;
  }
}
