import type { CellRef, HistoryFacets, HistoryFilter, HistoryRun, HistorySort, RequestOutput } from "#shared/api.ts";
import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import type { Lab } from "./bridge.ts";

/** Rows asked for at a time. */
const PAGE_ROWS = 100;
/** A run that is measured says something several times a second: the list follows more slowly. */
const FOLLOW_MS = 400;

/** The stored runs as a long list of which only the part that is looked at is here. */
export class HistoryStore {
  filter = $state.raw<HistoryFilter>({});
  sort = $state.raw<HistorySort>({ by: "started", descending: true });
  /** Of runs that fit; null until the first answer. */
  total = $state.raw<number | null>(null);
  facets = $state.raw<HistoryFacets | null>(null);
  baseline = $state.raw<RequestOutput<"history.baseline">["baseline"]>(null);
  error = $state.raw<ErrorEnvelope | null>(null);
  busy = $state(false);
  /** Pages of rows by number. */
  #pages = $state.raw<Readonly<Record<number, readonly HistoryRun[]>>>({});
  /** Every run that was read, as it was last: the one that is looked at may not fit the filter any more. */
  #seen = $state.raw<Readonly<Record<string, HistoryRun>>>({});
  readonly #lab: Lab;
  #look = 0;
  #shown: readonly [first: number, end: number] = [0, 1];
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Pages on their way, as keys. */
  #asked: Readonly<Record<number, true>> = {};

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("runs.changed", () => {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        void this.refresh();
      }, FOLLOW_MS);
    });
  }

  /** Undefined while it is being read. */
  row(index: number): HistoryRun | undefined {
    return this.#pages[Math.floor(index / PAGE_ROWS)]?.[index % PAGE_ROWS];
  }

  /** As it was last, whether it fits the filter or not; undefined where it was never read. */
  find(id: string): HistoryRun | undefined {
    return this.#seen[id];
  }

  /** Shows what fits another filter or order, from the beginning. */
  async show(filter: HistoryFilter, sort: HistorySort): Promise<void> {
    if (JSON.stringify([filter, sort]) === JSON.stringify([this.filter, this.sort]) && this.total !== null) return;
    this.filter = filter;
    this.sort = sort;
    this.#shown = [0, 1];
    await this.#read(true);
  }

  /** Rows `first` to `end` are on screen: what is missing of them is asked for. */
  look(first: number, end: number): void {
    this.#shown = [first, end];
    for (const page of this.#pagesShown()) if (!this.#pages[page]) void this.#readPage(page, this.#look);
  }

  async refresh(): Promise<void> {
    await this.#read(false);
    await this.#readBeside();
  }

  /** @param afresh rows of another filter must not stay */
  async #read(afresh: boolean): Promise<void> {
    const look = ++this.#look;
    this.#asked = {};
    this.busy = true;
    try {
      const wanted = this.#pagesShown();
      const pages = await Promise.all(wanted.map((page) => this.#ask(page)));
      if (look !== this.#look) return;
      this.total = pages[0]!.total;
      // What is not on screen is old now, and asked for when it is looked at.
      this.#pages = Object.fromEntries(wanted.map((page, index) => [page, pages[index]!.runs]));
      this.#see(pages.flatMap(({ runs }) => runs));
      this.error = null;
    } catch (error) {
      if (look !== this.#look) return;
      this.error = toEnvelope(error);
      if (afresh) this.#pages = {};
    } finally {
      if (look === this.#look) this.busy = false;
    }
  }

  async #readPage(page: number, look: number): Promise<void> {
    if (this.#asked[page]) return;
    this.#asked = { ...this.#asked, [page]: true };
    try {
      const { runs, total } = await this.#ask(page);
      if (look !== this.#look) return;
      this.total = total;
      this.#pages = { ...this.#pages, [page]: runs };
      this.#see(runs);
    } catch (error) {
      if (look === this.#look) this.error = toEnvelope(error);
    } finally {
      if (look === this.#look)
        this.#asked = Object.fromEntries(Object.entries(this.#asked).filter(([key]) => key !== String(page)));
    }
  }

  #see(runs: readonly HistoryRun[]): void {
    this.#seen = { ...this.#seen, ...Object.fromEntries(runs.map((run) => [run.id, run])) };
  }

  /** Runs that no longer fit the filter are not read again, so what was changed here is kept here too. */
  async #changed(ids: readonly string[], change: (run: HistoryRun) => Partial<HistoryRun>): Promise<void> {
    this.#see(ids.flatMap((id) => (this.#seen[id] ? [{ ...this.#seen[id], ...change(this.#seen[id]) }] : [])));
    await this.refresh();
  }

  async #readBeside(): Promise<void> {
    try {
      const [facets, { baseline }] = await Promise.all([
        this.#lab.request("history.facets", {}),
        this.#lab.request("history.baseline", {}),
      ]);
      this.facets = facets;
      this.baseline = baseline;
    } catch (error) {
      this.error = toEnvelope(error);
    }
  }

  #pagesShown(): number[] {
    const [first, end] = this.#shown;
    const from = Math.floor(first / PAGE_ROWS);
    return Array.from({ length: Math.floor(Math.max(0, end - 1) / PAGE_ROWS) - from + 1 }, (_, index) => from + index);
  }

  #ask(page: number): Promise<RequestOutput<"history.list">> {
    const { filter, sort } = this;
    return this.#lab.request("history.list", { filter, sort, limit: PAGE_ROWS, offset: page * PAGE_ROWS });
  }

  async allIds(): Promise<readonly string[]> {
    return (await this.#lab.request("history.ids", { filter: this.filter })).ids;
  }

  async tag(ids: readonly string[], change: { add?: string[]; remove?: string[] }): Promise<void> {
    await this.#lab.request("history.tag", { ids: [...ids], ...change });
    const { add = [], remove = [] } = change;
    await this.#changed(ids, ({ tags }) => ({
      tags: [...tags.filter((tag) => !remove.includes(tag) && !add.includes(tag)), ...add],
    }));
  }

  async note(id: string, note: string): Promise<void> {
    await this.#lab.request("history.note", { id, note });
    await this.#changed([id], () => ({ note }));
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#lab.request("runs.rename", { id, name });
    await this.#changed([id], () => ({ name }));
  }

  async delete(ids: readonly string[]): Promise<RequestOutput<"history.delete">> {
    const answer = await this.#lab.request("history.delete", { ids: [...ids] });
    await this.refresh();
    return answer;
  }

  async restore(ids: readonly string[]): Promise<number> {
    const restored = await this.#lab.request("history.restore", { ids: [...ids] });
    await this.refresh();
    return restored.ids.length;
  }

  rerun(ids: readonly string[]): Promise<RequestOutput<"history.rerun">> {
    return this.#lab.request("history.rerun", { ids: [...ids] });
  }

  cells(id: string): Promise<RequestOutput<"history.cells">> {
    return this.#lab.request("history.cells", { id });
  }

  async pin(cell: CellRef | null): Promise<void> {
    await this.#lab.request("history.pin", { cell });
    await this.#readBeside();
  }
}
