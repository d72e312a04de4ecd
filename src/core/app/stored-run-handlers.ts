/** What pages ask of stored runs. Of a large run each may take seconds, so they are answered in a thread (run-reader.ts). */
import type { Handlers, Reply, RequestArguments } from "#shared/api.ts";
import { compareStored } from "./compare-stored.ts";
import { judgeBy, runDetails, runFlips, runGenerations, runResults, runSamples } from "./run-views.ts";
import { exportRun, type StoredRuns } from "./stored-runs.ts";

export type StoredRunRequest =
  | "runs.get"
  | "runs.results"
  | "runs.verdicts"
  | "runs.flips"
  | "runs.generations"
  | "runs.samples"
  | "runs.export"
  | "compare.show";

export type StoredRunHandlers = Pick<Handlers, StoredRunRequest>;

/** To the thread: a request of the contract whose input was checked, or a run that is not as it was. */
export type ToReader =
  | {
      [N in StoredRunRequest]: { readonly id: number; readonly name: N; readonly input: RequestArguments<N> };
    }[StoredRunRequest]
  | { readonly forget: string };

/** From the thread. */
export interface FromReader {
  readonly id: number;
  readonly reply: Reply;
}

export function storedRunHandlers(stored: StoredRuns): StoredRunHandlers {
  return {
    "runs.get": ({ id }) => {
      const { run, facts } = stored.read(id);
      return runDetails(run, facts);
    },
    "runs.results": ({ id, ...limits }) => runResults(stored.results(id), limits),
    "runs.verdicts": ({ id, ...limits }) => ({ comparisons: judgeBy(stored.results(id), limits).comparisons }),
    "runs.flips": ({ id, candidate, limit, offset }) => {
      const { run, questions } = stored.read(id);
      const { reference, flips } = runFlips(run, candidate, questions);
      return { total: flips.length, reference, flips: flips.slice(offset, offset + limit) };
    },
    "runs.generations": ({ id }) => runGenerations(stored.read(id).run),
    "runs.samples": ({ id, cell }) => runSamples(stored.read(id).run, cell),
    "runs.export": ({ id, format }) => exportRun(stored.results(id), format),
    "compare.show": (input) => stored.with((db) => compareStored(db, input)),
  };
}
