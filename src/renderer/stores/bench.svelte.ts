import type { BenchCell, BenchPlan, ModelEntry, QuestionSetEntry, RequestOutput } from "#shared/api.ts";
import { type ErrorEnvelope, LabError, toEnvelope } from "#shared/errors.ts";
import type { ProbeReport } from "#shared/providers/probe.ts";
import type { SpecInput } from "#shared/spec.ts";
import {
  type CellInput,
  type Draft,
  draftOf,
  newDraft,
  problemOf,
  recommendedCells,
  withCells,
} from "../views/bench/draft.ts";
import { inNamesOf, modelOf, readSpecFile } from "../views/bench/read-spec.ts";
import type { Lab } from "./bridge.ts";
import { KEPT_KEY, type KeptDrafts, keepDraft, NOTHING_KEPT, readKept, withoutDraft } from "./saved-drafts.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** Typing and sliding come in bursts. */
const PLAN_AFTER_MS = 150;
const KEEP_AFTER_MS = 400;

/** What is to be measured, and what that will cost. */
export class BenchStore {
  readonly models = new AsyncValue<readonly ModelEntry[]>();
  readonly sets = new AsyncValue<readonly QuestionSetEntry[]>();
  readonly plan = new AsyncValue<BenchPlan>();
  /** Name of the model that is chosen. */
  model = $state<string | null>(null);
  draft = $state.raw<Draft | null>(null);
  /** What works on this machine; null before it was tried. */
  probe = $state.raw<ProbeReport | null>(null);
  probing = $state(false);
  /** A change that the shown plan does not know of yet. */
  stale = $state(false);
  startError = $state.raw<ErrorEnvelope | null>(null);
  starting = $state(false);
  readonly #lab: Lab;
  #kept: KeptDrafts | null = null;
  /** The draft is untouched: its cells follow from the first plan. */
  #fresh = false;
  /** The cells that a plan was asked for: changes keep those that they do not touch. */
  readonly #askedCells = new WeakMap<BenchPlan, readonly CellInput[]>();
  #planTimer: ReturnType<typeof setTimeout> | undefined;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("models.changed", () => void this.#readModels());
    lab.on("questions.changed", () => void this.#readSets());
    lab.on("system.changed", () => {
      void this.#readProbe();
      this.replan();
    });
    // A run that ended leaves measurements to predict from, and files that it made.
    lab.on("run.event", ({ event }) => {
      if (event.type === "ended") this.replan();
    });
  }

  get entry(): ModelEntry | null {
    return this.models.value?.find(({ name }) => name === this.model) ?? null;
  }

  /** What the shown plan says of a cell of the draft; undefined of one that it does not know of yet. */
  planOf(cell: CellInput): BenchCell | undefined {
    const plan = this.plan.value;
    return plan?.cells[this.#askedCells.get(plan)?.indexOf(cell) ?? -1];
  }

  async refresh(): Promise<void> {
    if (this.#kept === null) {
      const state = await this.#lab.request("pages.restore", {}).then(
        (kept) => kept.state,
        // What was chosen last time is not worth a message.
        (): Record<string, string> => ({}),
      );
      this.#kept ??= readKept(state[KEPT_KEY]);
    }
    await this.#readSets();
    await this.#readModels();
    await this.#readProbe();
  }

  /** Shows a model with what was last chosen for it. */
  choose(name: string): void {
    const entry = this.models.value?.find((each) => each.name === name);
    if (!entry) return;
    this.model = name;
    this.startError = null;
    this.plan.forget();
    const kept = this.#kept?.drafts[name];
    this.#fresh = kept === undefined;
    this.draft = kept ?? newDraft(entry, this.sets.value ?? []);
    if (this.#kept !== null && this.#kept.last !== name) {
      this.#kept = { ...this.#kept, last: name };
      this.#remember();
    }
    void this.#readPlan();
  }

  /** Takes a change over; the plan follows. */
  change(draft: Draft): void {
    this.#fresh = false;
    this.draft = draft;
    this.startError = null;
    this.replan();
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => {
      this.#keep();
    }, KEEP_AFTER_MS);
  }

  replan(): void {
    this.stale = true;
    clearTimeout(this.#planTimer);
    this.#planTimer = setTimeout(() => void this.#readPlan(), PLAN_AFTER_MS);
  }

  /** Back to what a newcomer gets. */
  startOver(): void {
    const { entry } = this;
    if (!entry) return;
    this.#kept = withoutDraft(this.#kept ?? NOTHING_KEPT, entry.name);
    this.choose(entry.name);
  }

  /**
   * Takes a spec over that was written elsewhere.
   * @throws LabError MODEL_NOT_FOUND where the library does not have its model
   */
  take(spec: SpecInput): void {
    const models = this.models.value ?? [];
    const entry = modelOf(spec, models);
    if (!entry) {
      const message = `The spec is about the model "${spec.model}", which is not in the library. Add its folder first.`;
      throw new LabError("MODEL_NOT_FOUND", message, { model: spec.model });
    }
    this.model = entry.name;
    this.plan.forget();
    this.change(draftOf(inNamesOf(spec, { models, sets: this.sets.value ?? [] })));
  }

  /** @throws LabError as `take`, SPEC_INVALID naming the file and the field */
  async openFile(file: File): Promise<void> {
    this.take(readSpecFile(file.name, await file.text()));
  }

  /** @throws LabError as `take`, RUN_NOT_FOUND */
  async takeFromRun(id: string): Promise<string> {
    if (this.models.value === null) await this.refresh();
    const { run } = await this.#lab.request("runs.get", { id });
    this.take(run.spec);
    return run.name;
  }

  /** @returns the run's id; null where it was refused, and `startError` says why */
  async start(): Promise<string | null> {
    if (!this.draft || problemOf(this.draft) !== null || this.starting) return null;
    this.starting = true;
    this.startError = null;
    try {
      this.#keep();
      const { id } = await this.#lab.request("runs.start", { spec: this.draft.spec });
      return id;
    } catch (error) {
      this.startError = toEnvelope(error);
      return null;
    } finally {
      this.starting = false;
    }
  }

  /** @throws LabError MODEL_*, PATH_REFUSED ... */
  async add(path: string): Promise<ModelEntry> {
    const entry = await this.#lab.request("models.add", { path });
    await this.#readModels();
    this.choose(entry.name);
    return entry;
  }

  /** Null where the user closed the dialog. */
  async pickFolder(): Promise<string | null> {
    return (await this.#lab.request("dialog.pickModel", {})).path;
  }

  folders(path?: string): Promise<RequestOutput<"folders.list">> {
    return this.#lab.request("folders.list", path === undefined ? {} : { path });
  }

  /** Tries providers and formats; `system.changed` brings what was found. */
  async tryProviders(): Promise<void> {
    await this.#lab.request("system.probe", {});
    this.probing = true;
  }

  async #readModels(): Promise<void> {
    await this.models.read(async () => (await this.#lab.request("models.list", {})).models);
    const models = this.models.value ?? [];
    if (this.entry) this.replan();
    else {
      const wanted = models.find(({ name }) => name === this.#kept?.last) ?? models[0];
      if (wanted) this.choose(wanted.name);
    }
  }

  async #readSets(): Promise<void> {
    await this.sets.read(async () => (await this.#lab.request("questions.list", {})).sets);
    if (this.draft) this.replan();
  }

  async #readProbe(): Promise<void> {
    try {
      const { providers, probing } = await this.#lab.request("system.snapshot", {});
      this.probe = providers;
      this.probing = probing;
    } catch {
      // Without it the grid still stands; the plan has its own reasons.
    }
  }

  async #readPlan(): Promise<void> {
    clearTimeout(this.#planTimer);
    const { draft } = this;
    if (!draft) return;
    const asked = Object.keys(draft.spec.passes).length === 0 ? { ...draft.spec, passes: { forward: {} } } : draft.spec;
    await this.plan.read(async () => {
      const plan = await this.#lab.request("bench.plan", { spec: asked });
      this.#askedCells.set(plan, asked.cells);
      return plan;
    });
    if (draft !== this.draft) return;
    this.stale = false;
    if (!this.#fresh || this.plan.value === null) return;
    this.#fresh = false;
    const cells = recommendedCells(this.plan.value.squares);
    if (cells.length === 0) return;
    this.draft = withCells(draft, cells);
    await this.#readPlan();
  }

  #keep(): void {
    clearTimeout(this.#keepTimer);
    if (!this.draft || this.model === null) return;
    this.#kept = keepDraft(this.#kept ?? NOTHING_KEPT, this.model, this.draft);
    this.#remember();
  }

  #remember(): void {
    const value = JSON.stringify(this.#kept);
    // What is not kept is chosen again next time; nothing is lost that was measured.
    this.#lab.request("pages.remember", { key: KEPT_KEY, value }).catch(() => undefined);
  }
}
