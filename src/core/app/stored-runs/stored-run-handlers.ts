/** What pages ask of stored runs. Of a large run each may take seconds, so they are answered in a child process (run-reader.ts). */
import type { Handlers, ImportedFile, Reply, RequestArguments } from "#shared/api.ts";
import { compareStored } from "./compare-stored.ts";
import type { ImportTask } from "./import-runs.ts";
import { judgeBy, runDetails, runFlips, runGenerations, runResults, runSamples } from "./run-views.ts";
import type { StoredRuns } from "./stored-runs.ts";
import type { BackupTask, ExportTask, Written } from "./write-export.ts";

export type StoredRunRequest =
  "runs.get" | "runs.results" | "runs.verdicts" | "runs.flips" | "runs.generations" | "runs.samples" | "compare.show";

type StoredRunHandlers = Pick<Handlers, StoredRunRequest>;

/** What else the child does: files whose place was chosen already, and runs out of files. */
export interface StoredRunTasks {
  readonly writeExport: { readonly task: ExportTask; readonly done: Written };
  readonly writeBackup: { readonly task: BackupTask; readonly done: Written };
  readonly importRuns: { readonly task: ImportTask; readonly done: readonly ImportedFile[] };
}

/** A request of the contract whose input was checked, or a task. */
export type Asked =
  | {
      [N in StoredRunRequest]: { readonly id: number; readonly name: N; readonly input: RequestArguments<N> };
    }[StoredRunRequest]
  | {
      [N in keyof StoredRunTasks]: { readonly id: number; readonly name: N; readonly input: StoredRunTasks[N]["task"] };
    }[keyof StoredRunTasks];

/**
 * To the child: first the store's file; then what it is asked, a run that is not as it was, or that it shall import no more;
 * last that it shall end.
 */
export type ToReader =
  | { readonly open: string; readonly readOnly: boolean }
  | Asked
  | { readonly forget: string }
  | { readonly cancelImport: true }
  | { readonly end: true };

/** From the child. */
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
    "compare.show": (input) => stored.with((db) => compareStored(db, input)),
  };
}
