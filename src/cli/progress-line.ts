import type { WriteStream } from "node:tty";
import { duration, plural } from "#shared/report/quantities.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import { makingText } from "./making-text.ts";

export interface ProgressLine {
  readonly onEvent: (event: RunEvent) => void;
  /** A line of its own above the progress. */
  note(text: string): void;
  end(): void;
}

/** Without a terminal one line at most this often: logs stay readable. */
const LOG_INTERVAL_MS = 5000;

const PASS_LABELS = { load: "loading", forward: "forward pass", questions: "questions", generate: "texts" } as const;
const PASS_UNITS = { load: "", forward: " batch sizes", questions: "", generate: "" } as const;

/** One line that says what is measured, how far it is and how long it still takes; redrawn in a terminal. */
export function openProgressLine(stream: WriteStream | NodeJS.WriteStream): ProgressLine {
  let line = "";
  let lastLog = -Infinity;
  let labels: readonly string[] = [];
  let making = { format: "", startMs: 0 };

  const clear = (): void => {
    if (stream.isTTY && line !== "") stream.write("\r\x1b[K");
    line = "";
  };
  const show = (text: string, force = false): void => {
    if (stream.isTTY) {
      clear();
      line = text.slice(0, Math.max(20, (stream.columns || 80) - 1));
      stream.write(line);
    } else if (force || performance.now() - lastLog >= LOG_INTERVAL_MS) {
      lastLog = performance.now();
      stream.write(`${text}\n`);
    }
  };
  const note = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
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
        return;
      case "cell":
        if (event.error) note(`${event.label} ${event.status}: ${event.error.message} [${event.error.code}]`);
        return;
      case "progress": {
        const { label, pass, done, total, remainingMs } = event;
        const cell = labels.length > 1 ? `[${labels.indexOf(label) + 1}/${labels.length}] ` : "";
        const count = pass === "load" ? "" : ` ${done}/${total}${PASS_UNITS[pass]}`;
        const left = remainingMs === null ? "" : `, about ${duration(remainingMs)} left`;
        show(`${cell}${label}: ${PASS_LABELS[pass]}${count}${left}`, done === 0);
      }
    }
  };
  return { onEvent, note, end: clear };
}
