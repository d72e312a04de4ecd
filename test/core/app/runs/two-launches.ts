/** What a run tells that goes over two cells twice, in the order of core/runs/run-launches.ts. */
import { parseSpec, type Spec } from "#shared/spec.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import type { PassName, WorkerMessage } from "#core/runs/protocol.ts";
import * as sample from "../../store/sample-run.ts";

export const FLOAT = "fp32@cpu";
export const SMALL = "int4@cpu";

export function twoLaunchesOfTwoCells(): { readonly spec: Spec; readonly events: readonly RunEvent[] } {
  const spec = parseSpec({
    schemaVersion: 1,
    name: "n",
    model: "m",
    // A cell with a file gets its label when that is opened: the order is that of the plan all the same.
    cells: [{ file: "model.onnx" }, { format: "int4" }],
    launches: 2,
    passes: { forward: {} },
  });
  const estimate = { seconds: 60, cells: [], freeBytes: 1, basis: "rough" } as const;
  return {
    spec,
    events: [
      { type: "making", format: "int4", progress: null },
      { type: "started", runId: "r", labels: [FLOAT, SMALL], questions: 0, duplicates: 0, estimate },
      ...launchOf(FLOAT, 1, 0, true),
      { type: "waiting", waiting: true },
      ...launchOf(SMALL, 1, 1, true),
      { type: "waiting", waiting: false },
      ...launchOf(SMALL, 2, 2, false),
      { type: "cell", label: SMALL, status: "done", error: null },
      ...launchOf(FLOAT, 2, 3, false),
      { type: "cell", label: FLOAT, status: "done", error: null },
    ],
  };
}

/** One process: it loads, times a batch size, and ends without a word. */
export function launchOf(label: string, launch: number, done: number, first: boolean): RunEvent[] {
  const stored = (pass: PassName, message: WorkerMessage): RunEvent => ({ type: "stored", label, pass, message });
  const progress = (pass: PassName, at: number): RunEvent => {
    return { type: "progress", label, pass, done: at, total: 1, remainingMs: 1000 };
  };
  return [
    ...(first ? [{ type: "cell", label, status: "running", error: null } as const] : []),
    { type: "launch", label, kind: "timing", launch, done, total: 4 },
    progress("load", 1),
    stored("load", { type: "loaded", result: sample.loaded }),
    progress("forward", 0),
    { type: "samples", label, kind: "timing", samples: sample.samples },
    stored("forward", { type: "forward", result: sample.forwardLaunch(1, { launch }) }),
    progress("forward", 1),
  ];
}
