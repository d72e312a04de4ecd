/** What the run that is measured looks like after one more event: the same sum that the lab keeps, so that a page needs to ask once. */
import type { LiveCell, LiveRun, LiveRunEvent, LiveRuns, Measured } from "#shared/api.ts";
import { LAUNCH_BEGINS } from "#shared/api/live.ts";

/** As many as the lab keeps of a launch: at ten a second, a minute. */
const SAMPLES_KEPT = 600;

const NO_SAMPLES: LiveCell["samples"] = { atMs: [], residentBytes: [], tokensPerSecond: [] };

/** @param run is left as it is; "ended" changes no cell: the next snapshot tells it, and `settled` shows it */
export function applyEvent(run: LiveRun, event: LiveRunEvent): LiveRun {
  switch (event.type) {
    case "making": {
      const { format, bytesDone, bytesTotal } = event;
      return { ...run, phase: "making", making: { format, bytesDone, bytesTotal } };
    }
    case "started":
      return {
        ...run,
        phase: "measuring",
        making: null,
        questions: event.questions,
        estimate: event.estimate,
        remainingMs: 1000 * event.estimate.seconds,
        cells: event.labels.map((label) => run.cells.find((cell) => cell.label === label) ?? newCell(label)),
      };
    case "cell":
      return withCell(run, event.label, (cell) => ({
        ...cell,
        status: event.status,
        error: event.error,
        progress: event.status === "running" ? cell.progress : null,
      }));
    case "launch": {
      const { label, kind, launch, launchesDone, launchesTotal } = event;
      const next = withCell(aloneAt(run, label), label, (cell) => ({
        ...cell,
        launch: { kind, launch },
        progress: LAUNCH_BEGINS,
        samples: NO_SAMPLES,
      }));
      return { ...next, launchesDone, launchesTotal, silentSeconds: null };
    }
    case "progress": {
      const { label, pass, done, total, remainingMs } = event;
      const next = withCell(run, label, (cell) => ({ ...cell, progress: { pass, done, total } }));
      return { ...next, remainingMs };
    }
    case "measured":
      return withCell(run, event.label, (cell) => ({ ...cell, measured: withMeasured(cell.measured, event.measured) }));
    case "samples":
      return withCell(run, event.label, (cell) => ({ ...cell, samples: joined(cell.samples, event.samples) }));
    case "waiting":
      return { ...run, waitingForStore: event.waiting };
    case "silent":
      return { ...run, silentSeconds: event.seconds };
    case "ended":
      return run;
  }
}

/** A run that ended as it is looked at afterwards: nothing of it is going on any more, and what was begun ended as the run did. */
export function settled(run: LiveRun, ended: readonly Pick<LiveRuns["ended"][number], "id" | "status">[]): LiveRun {
  const end = ended.find(({ id }) => id === run.id)?.status ?? "cancelled";
  const cells = run.cells.map((cell): LiveCell => ({
    ...cell,
    progress: null,
    status: cell.status === "running" ? (end === "running" ? "cancelled" : end) : cell.status,
  }));
  return { ...run, cancelling: false, making: null, cells };
}

/** One process at a time: whatever other cells were at is over. */
function aloneAt(run: LiveRun, label: string): LiveRun {
  return { ...run, cells: run.cells.map((cell) => (cell.label === label ? cell : { ...cell, progress: null })) };
}

function withCell(run: LiveRun, label: string, change: (cell: LiveCell) => LiveCell): LiveRun {
  const known = run.cells.some((cell) => cell.label === label);
  const cells = known ? run.cells : [...run.cells, newCell(label)];
  return { ...run, cells: cells.map((cell) => (cell.label === label ? change(cell) : cell)) };
}

/** Of the questions the last sums count; everything else is one more. */
function withMeasured(before: readonly Measured[], next: Measured): Measured[] {
  return [...(next.kind === "questions" ? before.filter(({ kind }) => kind !== "questions") : before), next];
}

/** What a snapshot held already may be told again: samples are joined on their way. */
function joined(before: LiveCell["samples"], after: LiveCell["samples"]): LiveCell["samples"] {
  const lastMs = before.atMs.at(-1) ?? -Infinity;
  const first = after.atMs.findIndex((at) => at > lastMs);
  if (first < 0) return before;
  const join = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b.slice(first)].slice(-SAMPLES_KEPT);
  return {
    atMs: join(before.atMs, after.atMs),
    residentBytes: join(before.residentBytes, after.residentBytes),
    tokensPerSecond: join(before.tokensPerSecond, after.tokensPerSecond),
  };
}

function newCell(label: string): LiveCell {
  return { label, status: "waiting", error: null, launch: null, progress: null, measured: [], samples: NO_SAMPLES };
}
