/** What the active run looks like now: every event adds to it, so that a page that comes late knows as much as the others. */
import type { LiveCell, LiveRun, LiveRunEvent, Measured } from "#shared/api.ts";
import { assertNever } from "#shared/assert-never.ts";
import { isValidAnswer } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import { median } from "#shared/stats/quantile.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import type { QuestionResult, Samples, WorkerMessage } from "#core/runs/protocol.ts";

/** At ten a second, a minute. */
const SAMPLES_KEPT = 600;

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };
type QuestionCounts = Extract<Measured, { kind: "questions" }>;

export interface LiveRunInput {
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

  constructor({ id, model, spec, resumed, done = [] }: LiveRunInput) {
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
        const cell = this.#cell(label);
        cell.launch = { kind, launch };
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
      case "stored":
        return this.#measured(event.label, event.message);
      default:
        return assertNever(event);
    }
  }

  #start({ labels, questions, estimate }: Extract<RunEvent, { type: "started" }>): LiveRunEvent {
    for (const label of labels) if (!this.#cells.has(label)) this.#cells.set(label, newCell(label));
    for (const label of this.#cells.keys()) if (!labels.includes(label)) this.#cells.delete(label);
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
    const measured = measuredOf(message, before);
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

/** The later behind the earlier, the newest `kept` of them. */
export function joinSamples(earlier: Samples, later: Samples, kept = Infinity): LiveCell["samples"] {
  const join = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b].slice(-kept);
  return {
    atMs: join(earlier.atMs, later.atMs),
    residentBytes: join(earlier.residentBytes, later.residentBytes),
    tokensPerSecond: join(earlier.tokensPerSecond, later.tokensPerSecond),
  };
}

function measuredOf(message: WorkerMessage, before: QuestionCounts | undefined): Measured | null {
  switch (message.type) {
    case "loaded": {
      const { loadMs, memory } = message.result;
      return {
        kind: "load",
        loadMs,
        steadyBytes: memory?.steadyBytes ?? null,
        peakBytes: memory?.loadPeakBytes ?? null,
      };
    }
    case "forward": {
      const { launch, batchSize, latencyMs, peakMemoryBytes, deviceMemoryBytes, skipped } = message.result;
      const medianMs = median(latencyMs);
      const runs = latencyMs.length;
      return { kind: "forward", launch, batchSize, medianMs, runs, peakMemoryBytes, deviceMemoryBytes, skipped };
    }
    case "decode": {
      const { launch, way, batchSize, depth, timeToFirstTokenMs, interTokenMs, skipped } = message.result;
      const stepMs = median(interTokenMs);
      return {
        kind: "decode",
        launch,
        way,
        batchSize,
        depth,
        medianFirstTokenMs: median(timeToFirstTokenMs),
        tokensPerSecond: stepMs === null || stepMs === 0 ? null : (1000 * batchSize) / stepMs,
        skipped,
      };
    }
    case "questions":
      return addQuestions(before, message.results);
    case "generation":
      return { kind: "generation", promptId: message.result.promptId, text: message.result.text };
    case "selfTests":
    case "texts":
    case "samples":
    case "progress":
    case "done":
    case "failed":
      return null;
    default:
      return assertNever(message);
  }
}

function addQuestions(before: QuestionCounts | undefined, results: readonly QuestionResult[]): QuestionCounts {
  const correct = (mode: "loglikelihood" | "generate", sum: number | null): number | null => {
    const answers = results.flatMap((result) => result[mode] ?? []);
    if (answers.length === 0) return sum;
    return (sum ?? 0) + answers.filter((answer) => isValidAnswer(answer) && answer.correct).length;
  };
  return {
    kind: "questions",
    asked: (before?.asked ?? 0) + results.length,
    loglikelihoodCorrect: correct("loglikelihood", before?.loglikelihoodCorrect ?? null),
    generateCorrect: correct("generate", before?.generateCorrect ?? null),
  };
}
