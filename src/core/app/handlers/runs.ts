import type { Handlers } from "#shared/api.ts";
import type { runRequests } from "#shared/api/runs.ts";
import { removeScratch } from "#core/runs/run-ids.ts";
import { deleteRun, renameRun } from "#core/store/edit-run.ts";
import { countRuns, listRuns } from "#core/store/read-run.ts";
import type { AppParts } from "../app.ts";
import { resolvePageSpec } from "../experiment/page-spec.ts";
import { wholeLimits } from "../stored-runs/run-views.ts";

export function runHandlers(parts: AppParts): Pick<Handlers, keyof typeof runRequests> {
  const { lab, runs, stored, exports, imports, events } = parts;
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
    "runs.get": (input) => stored.ask("runs.get", input),
    "runs.results": (input) => stored.ask("runs.results", input),
    "runs.verdicts": (input) => stored.ask("runs.verdicts", input),
    "runs.flips": (input) => stored.ask("runs.flips", input),
    "runs.generations": (input) => stored.ask("runs.generations", input),
    "runs.samples": (input) => stored.ask("runs.samples", input),
    "runs.export": ({ ids, format, ...limits }) => exports.runs(ids, format, wholeLimits(limits)),
    "runs.backup": () => exports.backup(),
    "runs.import": async ({ paths, ...about }) => ({ files: await imports.byPath(paths, about) }),
    "runs.upload": async ({ files, ...about }) => ({ files: await imports.byContent(files, about) }),
    "runs.cancelImport": () => {
      imports.cancel();
      return {};
    },
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
      removeScratch(lab.scratchDir, id);
      events.emit("runs.changed", {});
      return {};
    },
  };
}
