/** A host whose runs measure nothing and tell of it a hundred times a second, through the same WebSocket as real ones. */
import { join } from "node:path";
import type { LiveRunEvent } from "#shared/api.ts";
import { createApp } from "#core/app/app.ts";
import { openLab } from "#core/app/open-lab.ts";
import { runReaderFile } from "#core/app/files/worker-file.ts";
import type { ExecuteOptions, RunOutcome } from "#core/runs/execute.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { appRoot } from "#core/system/app-version.ts";
import { startHost } from "../../src/host/server.ts";

const LABELS = ["fp32@cpu", "int8@cpu", "int4@cpu", "nf4@cpu"];

export interface StreamingHost extends AsyncDisposable {
  readonly url: string;
  /** Begins to tell, so often a second; 0 is silence. */
  tell(eventsPerSecond: number): void;
  /** Told so far. */
  readonly told: number;
}

export async function streamingHost(home: string): Promise<StreamingHost> {
  const lab = openLab(home);
  const execute = (_spec: unknown, options: ExecuteOptions): Promise<RunOutcome> => pretend(options);
  const executor = { execute, resume: execute };
  const app = createApp({
    lab,
    transport: "host",
    spawner: forkSpawner("none"),
    reader: forkSpawner(runReaderFile()),
    shell: null,
    executor,
  });
  const host = await startHost({ handlers: app.handlers, root: join(appRoot(), "out", "renderer"), port: 0 });
  app.events.on(host.broadcast);
  const { id } = await app.handlers["runs.start"]({
    spec: {
      schemaVersion: 1,
      name: "streaming",
      model: "demo",
      cells: [{ format: "fp32" }, { format: "int8" }, { format: "int4" }, { format: "nf4" }],
      passes: { forward: {} },
    },
  });
  let told = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    url: host.url,
    get told() {
      return told;
    },
    tell: (eventsPerSecond) => {
      clearInterval(timer);
      if (eventsPerSecond === 0) return;
      const startedMs = performance.now();
      const before = told;
      // A timer is late now and then: what is due by the clock is told, not one a tick. Past the app's own joining of events.
      timer = setInterval(() => {
        const due = before + Math.floor(((performance.now() - startedMs) / 1000) * eventsPerSecond);
        while (told < due) app.events.emit("run.event", { id, event: eventAt(told++) });
      }, 5);
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await Promise.all([host.close(), app.close()]);
      lab[Symbol.dispose]();
    },
  };
}

/** Goes on until it is cancelled. */
function pretend({ onEvent, signal, runId = "" }: ExecuteOptions): Promise<RunOutcome> {
  const cells = LABELS.map((label) => ({
    label,
    seconds: 60,
    peakBytes: 5e8,
    peakMeasured: false,
    basis: "rough" as const,
  }));
  const estimate = { seconds: 240, cells, freeBytes: 8e9, basis: "rough" as const };
  onEvent({ type: "started", runId, labels: LABELS, questions: 1000, duplicates: 0, estimate });
  for (const label of LABELS) onEvent({ type: "cell", label, status: "running", error: null });
  onEvent({ type: "launch", label: LABELS[0]!, kind: "timing", launch: 1, done: 0, total: 4 });
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve({ runId, status: "cancelled" });
    });
  });
}

/** An event of a run that decodes and asks: mostly samples and progress, now and then something measured. */
function eventAt(index: number): LiveRunEvent {
  const label = LABELS[index % LABELS.length]!;
  const step = Math.floor(index / LABELS.length);
  if (index % 10 === 9) {
    const counts = {
      asked: step,
      loglikelihoodCorrect: Math.floor(step / 2),
      generateCorrect: null,
      sameTop1: 0,
      compared: 0,
    };
    return { type: "measured", label, measured: { kind: "questions", ...counts } };
  }
  if (index % 2 === 0) {
    const residentBytes = [4e8 + 1e6 * (step % 97)];
    const samples = { atMs: [step * 40], residentBytes, tokensPerSecond: [900 + 40 * Math.sin(step / 7)] };
    return { type: "samples", label, samples };
  }
  const remainingMs = Math.max(0, 240_000 - index * 10);
  return { type: "progress", label, pass: "questions", done: step % 1000, total: 1000, remainingMs };
}
