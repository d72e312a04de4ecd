import type { CellRef, Compared, HistoryRun, RequestOutput } from "#shared/api.ts";
import type { Limits } from "#shared/results.ts";
import type { Lab } from "./bridge.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** The cells that are compared, with one of them the baseline. */
export class CompareStore {
  readonly part = new AsyncValue<Compared>();
  readonly #lab: Lab;
  #asked: ({ cells: CellRef[]; baseline: number } & Limits) | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
  }

  async show(cells: readonly CellRef[], baseline: number, limits: Limits): Promise<void> {
    const asked = { cells: [...cells], baseline, ...limits };
    if (JSON.stringify(asked) === JSON.stringify(this.#asked)) return;
    this.#asked = cells.length === 0 ? null : asked;
    if (cells.length === 0) this.part.forget();
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const asked = this.#asked;
    if (asked !== null) await this.part.read(() => this.#lab.request("compare.show", asked));
  }

  /** To choose cells from: the newest that fit the text. */
  async runs(text: string): Promise<readonly HistoryRun[]> {
    return (await this.#lab.request("history.list", { filter: text === "" ? {} : { text }, limit: 50 })).runs;
  }

  async cells(run: string): Promise<RequestOutput<"history.cells">["cells"]> {
    return (await this.#lab.request("history.cells", { id: run })).cells;
  }

  async baseline(): Promise<RequestOutput<"history.baseline">["baseline"]> {
    return (await this.#lab.request("history.baseline", {})).baseline;
  }

  async pin(cell: CellRef | null): Promise<void> {
    await this.#lab.request("history.pin", { cell });
  }
}
