import { join } from "node:path";
import type { ForwardPassSpec } from "#shared/spec.ts";
import type { CellJob, WorkerMessage } from "#core/runs/protocol.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { appRoot } from "#core/system/app-version.ts";

const WORKER = join(appRoot(), "src", "worker", "index.ts");

export interface BenchLaunch {
  readonly kind: "timing" | "memory";
  readonly modelDir: string;
  readonly file: string;
  readonly threads: number;
  readonly forward: ForwardPassSpec;
}

/** Runs one launch of our measuring process from source, as a run does. Error with the child's own words where it fails. */
export function launchWorker(launch: BenchLaunch): Promise<WorkerMessage[]> {
  const job: CellJob = {
    ...launch,
    launch: 1,
    provider: "cpu",
    graph: "exported",
    seed: 0,
    decode: null,
    questionJobs: [],
    texts: null,
    referenceRows: null,
    generate: null,
    replay: null,
  };
  const messages: WorkerMessage[] = [];
  const child = forkSpawner(WORKER).start(job);
  child.onMessage((message) => messages.push(message));
  return new Promise((resolve, reject) => {
    child.onExit(({ code, stderr }) => {
      const last = messages.at(-1);
      if (last?.type === "done") resolve(messages);
      else reject(new Error(last?.type === "failed" ? last.error.message : `it ended with ${code}: ${stderr}`));
    });
  });
}
