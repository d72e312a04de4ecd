/** Imports files one after the other. Runs in the reader's child (run-reader.ts), between what pages ask of it. */
import { setImmediate } from "node:timers/promises";
import type { ImportedFile } from "#shared/api.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { groupSources, importGroup } from "#core/bundles/import-files.ts";
import type { ImportOptions, ImportSource } from "#core/bundles/import-source.ts";
import { unpackBundles } from "#core/bundles/unpack-bundles.ts";
import { readSpec } from "#core/store/history-run.ts";
import type { StoredRuns } from "./stored-runs.ts";

export interface ImportTask {
  readonly sources: readonly ImportSource[];
  readonly about: ImportOptions;
}

/**
 * One answer a run that is made or not made of `sources`; one that fails leaves the others alone.
 * @param signal heard between two runs: each is stored whole or not at all
 */
export async function importRuns(
  stored: StoredRuns,
  { sources, about }: ImportTask,
  signal: AbortSignal,
): Promise<readonly ImportedFile[]> {
  const answers: ImportedFile[] = [];
  const unpacked = sources.flatMap((source) => {
    try {
      return unpackBundles(source);
    } catch (error) {
      answers.push({ outcome: "failed", files: [source.path], error: toEnvelope(error) });
      return [];
    }
  });
  for (const group of groupSources(unpacked)) {
    const files = group.map(({ path }) => path);
    // A request to cancel is received during this pause.
    await setImmediate();
    try {
      if (signal.aborted) throw new LabError("CANCELLED", "The import was cancelled before this was stored.");
      answers.push({ files, ...importOne(stored, group, about) });
    } catch (error) {
      answers.push({ outcome: "failed", files, error: toEnvelope(error) });
    }
  }
  return answers;
}

function importOne(
  stored: StoredRuns,
  group: readonly ImportSource[],
  about: ImportOptions,
): Omit<Exclude<ImportedFile, { outcome: "failed" }>, "files"> {
  return stored.with((db) => {
    const { runId, outcome, notes } = importGroup(db, group, about);
    stored.forget(runId);
    return { outcome, run: { id: runId, name: readSpec(db, runId)?.name ?? runId }, notes: [...notes] };
  });
}
