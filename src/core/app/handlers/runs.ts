import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Handlers } from "#shared/api.ts";
import type { runRequests } from "#shared/api/runs.ts";
import { deleteRun, readQuestions, renameRun } from "#core/store/edit-run.ts";
import { countRuns, listRuns, readCellFacts } from "#core/store/read-run.ts";
import type { AppParts } from "../app.ts";
import { resolvePageSpec } from "../page-spec.ts";
import { judgeBy, runDetails, runFlips, runGenerations, runResults, runSamples } from "../run-views.ts";
import { exportRun } from "../stored-runs.ts";

export function runHandlers(parts: AppParts): Pick<Handlers, keyof typeof runRequests> {
  const { lab, runs, stored, events } = parts;
  return {
    "runs.list": ({ limit, offset }) => ({ total: countRuns(lab.db), runs: listRuns(lab.db, { limit, offset }) }),
    "runs.start": ({ spec: input }) => {
      const { spec, model } = resolvePageSpec(input, parts);
      return { id: runs.start(spec, model.name) };
    },
    "runs.cancel": ({ id, cell }) => {
      runs.cancel(id, cell);
      return {};
    },
    "runs.resume": ({ id }) => {
      runs.resume(id);
      stored.forget(id);
      return {};
    },
    "runs.live": () => runs.live(),
    "runs.get": ({ id }) => runDetails(stored.read(id), readCellFacts(lab.db, id)),
    "runs.results": ({ id, ...limits }) => runResults(stored.results(id), limits),
    "runs.verdicts": ({ id, ...limits }) => ({ comparisons: judgeBy(stored.results(id), limits).comparisons }),
    "runs.flips": ({ id, candidate, limit, offset }) => {
      const { reference, flips } = runFlips(stored.read(id), candidate, readQuestions(lab.db, id));
      return { total: flips.length, reference, flips: flips.slice(offset, offset + limit) };
    },
    "runs.generations": ({ id }) => runGenerations(stored.read(id)),
    "runs.samples": ({ id, cell }) => runSamples(stored.read(id), cell),
    "runs.export": ({ id, format }) => exportRun(stored.results(id), format),
    "runs.rename": ({ id, name }) => {
      renameRun(lab.db, id, name);
      stored.forget(id);
      events.emit("runs.changed", {});
      return {};
    },
    "runs.delete": ({ id }) => {
      runs.refuseBusy(id);
      deleteRun(lab.db, id);
      stored.forget(id);
      // Ids may come from an imported file; one that is a path is no folder of ours.
      if (basename(id) === id && !id.startsWith("."))
        rmSync(join(lab.scratchDir, id), { recursive: true, force: true });
      events.emit("runs.changed", {});
      return {};
    },
  };
}
