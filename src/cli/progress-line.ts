import type { WriteStream } from "node:tty";
import { assertNever } from "#shared/assert-never.ts";
import { duration, mebibytes, plural } from "#shared/format-numbers.ts";
import { visible, visibleLine } from "#shared/visible.ts";
import { duplicatesNote } from "#shared/verdict/question-notes.ts";
import type { RunEstimate } from "#core/runs/estimate.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import type { PassName } from "#core/runs/protocol.ts";
import { makingText } from "./making-text.ts";

export interface ProgressLine {
  readonly onEvent: (event: RunEvent) => void;
  /** A line of its own above the progress. */
  note(text: string): void;
  end(): void;
}

const WAITING = "waiting for the store, locked by another program; what is measured meanwhile is kept in memory";

/** Without a terminal one line at most this often: logs stay readable. */
const LOG_INTERVAL_MS = 5000;

const PASS_LABELS: Readonly<Record<PassName, string>> = Object.freeze({
  load: "loading",
  forward: "forward pass",
  decode: "decoding",
  questions: "questions",
  texts: "running text",
  generate: "generated texts",
  replay: "writing again for time",
});
const PASS_UNITS: Readonly<Partial<Record<PassName, string>>> = Object.freeze({ forward: " batch sizes" });

/** One line that says what is measured, how far it is and how long it still takes; redrawn in a terminal. */
export function openProgressLine(stream: WriteStream | NodeJS.WriteStream): ProgressLine {
  let line = "";
  let lastLog = -Infinity;
  let labels: readonly string[] = [];
  let launches = "";
  let making = { format: "", startMs: 0 };

  const clear = (): void => {
    if (stream.isTTY && line !== "") stream.write("\r\x1b[K");
    line = "";
  };
  const show = (text: string, force = false): void => {
    if (stream.isTTY) {
      clear();
      line = visibleLine(text).slice(0, Math.max(20, (stream.columns || 80) - 1));
      stream.write(line);
    } else if (force || performance.now() - lastLog >= LOG_INTERVAL_MS) {
      lastLog = performance.now();
      stream.write(`${visibleLine(text)}\n`);
    }
  };
  const note = (text: string): void => {
    clear();
    stream.write(`${visible(text)}\n`);
  };

  const onEvent = (event: RunEvent): void => {
    switch (event.type) {
      case "making": {
        const { format, progress } = event;
        if (making.format !== format || progress === null) making = { format, startMs: performance.now() };
        show(`making the ${format} variant${makingText(progress, performance.now() - making.startMs)}`);
        return;
      }
      case "started":
        labels = event.labels;
        note(
          `run ${event.runId}: ${labels.join(", ")}${event.questions > 0 ? `; ${plural(event.questions, "question")}` : ""}`,
        );
        if (event.duplicates > 0) note(`warning: ${duplicatesNote(event.duplicates, event.questions)}`);
        note(estimateText(event.estimate));
        return;
      case "cell":
        if (event.error) note(`${event.label} ${event.status}: ${event.error.message} [${event.error.code}]`);
        return;
      case "launch":
        launches = event.total > 1 ? `[${event.done + 1}/${event.total}] ` : "";
        return;
      case "progress": {
        const { label, pass, done, total, remainingMs } = event;
        const count = pass === "load" ? "" : ` ${done}/${total}${PASS_UNITS[pass] ?? ""}`;
        show(`${launches}${label}: ${PASS_LABELS[pass]}${count}, about ${duration(remainingMs)} left`, done === 0);
        return;
      }
      case "waiting":
        note(event.waiting ? WAITING : "the store is free again; what was measured meanwhile is stored");
        return;
      case "silent":
        if (event.seconds !== null) note(`${event.label}: ${silentText(event.seconds)}`);
        return;
      case "samples":
      case "stored":
        return;
      default:
        assertNever(event);
    }
  };
  return { onEvent, note, end: clear };
}

/** Not ended for it: what takes long is not known here. */
function silentText(seconds: number): string {
  return `the worker has sent nothing for ${duration(1000 * seconds)}; it is left running, Ctrl-C stops the run`;
}

const BASIS: Readonly<Record<RunEstimate["basis"], string>> = Object.freeze({
  measured: "from earlier runs of these files here",
  scaled: "scaled from other models' runs here",
  rough: "a rough guess: nothing was measured on this machine yet",
});

/** What the run will take, before it begins. */
function estimateText({ seconds, cells, freeBytes, basis }: RunEstimate): string {
  const peak = Math.max(...cells.map(({ peakBytes }) => peakBytes));
  const tight = peak > freeBytes ? " (more than is free: large batch sizes will be left out)" : "";
  return (
    `about ${duration(seconds * 1000)}, up to ${mebibytes(peak)} MiB of memory of ${mebibytes(freeBytes)} MiB free${tight}; ` +
    BASIS[basis]
  );
}
