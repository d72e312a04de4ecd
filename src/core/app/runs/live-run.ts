/** What the active run looks like now: every event adds to it, so that a page that comes late knows as much as the others. */
import type { LiveCell, LiveRun, LiveRunEvent } from "#shared/api.ts";
import { LAUNCH_BEGINS } from "#shared/api/live.ts";
import { assertNever } from "#shared/assert-never.ts";
import type { Spec } from "#shared/spec.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import type { Samples, WorkerMessage } from "#core/runs/protocol.ts";
import { LiveAgreement } from "./live-agreement.ts";
import { addQuestions, measuredOf, type QuestionCounts } from "./live-measured.ts";

/** At ten a second, a minute. */
const SAMPLES_KEPT = 600;

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };

interface LiveRunInput {
  readonly id: string;
  readonly model: string;
  readonly spec: Spec;
  readonly resumed: boolean;
  /** Labels of cells that a resumed run has done before. */
  readonly done?: readonly string[];
}

export class LiveRunState {
  readonly #run: Changeable<LiveRun>;
  readonly #cells = new Map<string, Changeable<LiveCell>>();
  readonly #agreement: LiveAgreement;

  constructor({ id, model, spec, resumed, done = [] }: LiveRunInput) {
    this.#agreement = new LiveAgreement(spec.reference);
    this.#run = {
      id,
      name: spec.name,
      model,
      phase: "planning",
      startedAt: new Date().toISOString(),
      resumed,
      making: null,
      questions: 0,
      remainingMs: null,
      estimate: null,
      launchesDone: 0,
      launchesTotal: 0,
      cancelling: false,
      waitingForStore: false,
      silentSeconds: null,
      cells: [],
    };
    for (const label of plannedLabels(spec)) this.#cells.set(label, newCell(label));
    for (const label of done) this.#cells.set(label, { ...newCell(label), status: "done" });
  }

  get labels(): string[] {
    return [...this.#cells.keys()];
  }

  cancelling(): void {
    this.#run.cancelling = true;
  }

  snapshot(): LiveRun {
    return structuredClone({ ...this.#run, cells: [...this.#cells.values()] });
  }

  /** Takes an event in and gives what pages are told of it; null where there is nothing to tell. */
  apply(event: RunEvent): LiveRunEvent | null {
    switch (event.type) {
      case "making": {
        const { format, progress } = event;
        const making = { format, bytesDone: progress?.bytesDone ?? 0, bytesTotal: progress?.bytesTotal ?? 0 };
        this.#run.phase = "making";
        this.#run.making = making;
        return { type: "making", ...making };
      }
      case "started":
        return this.#start(event);
      case "cell": {
        const cell = this.#cell(event.label);
        cell.status = event.status;
        cell.error = event.error;
        if (event.status !== "running") cell.progress = null;
        return event;
      }
      case "launch": {
        const { label, kind, launch, done: launchesDone, total: launchesTotal } = event;
        this.#run.silentSeconds = null;
        // What was measured is the cell's and stays; where a process is, and what it uses, goes with the process.
        for (const other of this.#cells.values()) other.progress = null;
        const cell = this.#cell(label);
        cell.launch = { kind, launch };
        cell.progress = { ...LAUNCH_BEGINS };
        cell.samples = noSamples();
        Object.assign(this.#run, { launchesDone, launchesTotal });
        return { type: "launch", label, kind, launch, launchesDone, launchesTotal };
      }
      case "progress": {
        const { label, pass, done, total, remainingMs } = event;
        this.#cell(label).progress = { pass, done, total };
        this.#run.remainingMs = remainingMs;
        return event;
      }
      case "samples": {
        const cell = this.#cell(event.label);
        cell.samples = joinSamples(cell.samples, event.samples, SAMPLES_KEPT);
        return { type: "samples", label: event.label, samples: copySamples(event.samples) };
      }
      case "waiting":
        this.#run.waitingForStore = event.waiting;
        return event;
      case "silent":
        this.#run.silentSeconds = event.seconds;
        return event;
      case "stored":
        return this.#measured(event.label, event.message);
      default:
        return assertNever(event);
    }
  }

  #start({ labels, questions, estimate }: Extract<RunEvent, { type: "started" }>): LiveRunEvent {
    // In the order of the plan, which only now knows the cells that name a file.
    const planned = labels.map((label) => [label, this.#cells.get(label) ?? newCell(label)] as const);
    this.#cells.clear();
    for (const [label, cell] of planned) this.#cells.set(label, cell);
    this.#agreement.plan(labels);
    const { seconds, basis } = estimate;
    const cells = estimate.cells.map((cell) => ({
      label: cell.label,
      seconds: cell.seconds,
      peakBytes: cell.peakBytes,
    }));
    const shown = { seconds, basis, cells };
    Object.assign(this.#run, { phase: "measuring", making: null, questions, estimate: shown });
    this.#run.remainingMs = seconds * 1000;
    return { type: "started", labels: [...labels], questions, estimate: shown };
  }

  #measured(label: string, message: WorkerMessage): LiveRunEvent | null {
    const cell = this.#cell(label);
    const before = cell.measured.find(({ kind }) => kind === "questions") as QuestionCounts | undefined;
    const measured =
      message.type === "questions"
        ? addQuestions(before, message, this.#agreement.of(label, message))
        : measuredOf(message);
    if (!measured) return null;
    const rest = measured.kind === "questions" ? cell.measured.filter((each) => each !== before) : cell.measured;
    cell.measured = [...rest, measured];
    return { type: "measured", label, measured };
  }

  #cell(label: string): Changeable<LiveCell> {
    const known = this.#cells.get(label);
    if (known) return known;
    const cell = newCell(label);
    this.#cells.set(label, cell);
    return cell;
  }
}

/** As planning will name them; a cell that names a file gets its format when that is opened. */
function plannedLabels({ cells }: Spec): string[] {
  const labels: string[] = [];
  for (const { format, recipe, provider } of cells) {
    const known = recipe?.format ?? format;
    if (known === undefined) continue;
    const base = `${known}@${provider}`;
    const same = labels.filter((label) => label === base || label.startsWith(`${base}#`)).length;
    labels.push(same === 0 ? base : `${base}#${same + 1}`);
  }
  return labels;
}

function newCell(label: string): Changeable<LiveCell> {
  return { label, status: "waiting", error: null, launch: null, progress: null, measured: [], samples: noSamples() };
}

function noSamples(): LiveCell["samples"] {
  return { atMs: [], residentBytes: [], tokensPerSecond: [] };
}

function copySamples({ atMs, residentBytes, tokensPerSecond }: Samples): LiveCell["samples"] {
  return { atMs: [...atMs], residentBytes: [...residentBytes], tokensPerSecond: [...tokensPerSecond] };
}

/** The later after the earlier, the newest `kept` of them. */
export function joinSamples(earlier: Samples, later: Samples, kept = Infinity): LiveCell["samples"] {
  const join = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b].slice(-kept);
  return {
    atMs: join(earlier.atMs, later.atMs),
    residentBytes: join(earlier.residentBytes, later.residentBytes),
    tokensPerSecond: join(earlier.tokensPerSecond, later.tokensPerSecond),
  };
}
