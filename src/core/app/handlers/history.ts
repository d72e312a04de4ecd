import { existsSync } from "node:fs";
import type { Handlers } from "#shared/api.ts";
import type { historyRequests } from "#shared/api/history.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { pinBaseline, readBaseline, setNote } from "#core/store/history-edit.ts";
import { countHistory, historyFacets, historyIds, listHistory } from "#core/store/history-list.ts";
import { historyCells, isRunning, keepRepeats, readSpec, repeatedRun } from "#core/store/history-run.ts";
import { readTrend, trendKinds, trendMachines } from "#core/store/history-trend.ts";
import { changeTags } from "#core/store/tags.ts";
import type { AppParts } from "../app.ts";

/** Series that a trend begins with: more lines than these cannot be told apart. */
const SERIES_SHOWN = 6;

type Request = Pick<Handlers, keyof typeof historyRequests>;

export function historyHandlers(parts: AppParts): Request {
  const { lab, runs, stored, deleted, trends, events } = parts;
  const { db } = lab;
  const changed = (): Record<string, never> => {
    events.emit("runs.changed", {});
    return {};
  };
  return {
    "history.list": ({ filter, sort, ...page }) => ({
      total: countHistory(db, filter),
      runs: listHistory(db, filter, sort, page),
    }),
    "history.ids": ({ filter }) => ({ ids: historyIds(db, filter) }),
    "history.facets": () => historyFacets(db),
    "history.cells": ({ id }) => ({ cells: historyCells(db, id), repeats: repeatedRun(db, id) }),
    "history.tag": ({ ids, add, remove }) => {
      db.transaction(() => {
        for (const id of ids) changeTags(db, id, { add, remove });
      }).immediate();
      return changed();
    },
    "history.note": ({ id, note }) => {
      setNote(db, id, note);
      return changed();
    },
    "history.delete": ({ ids }) => {
      const free = ids.filter((id) => !isBusy(id));
      const hidden = deleted.hide(free);
      for (const id of hidden) stored.forget(id);
      changed();
      return { ids: hidden, busy: ids.length - free.length };
    },
    "history.restore": ({ ids }) => {
      const restored = deleted.restore(ids);
      changed();
      return { ids: restored };
    },
    "history.rerun": ({ ids }) => {
      const answer: ReturnType<Request["history.rerun"]> = { started: [], refused: [] };
      for (const from of ids) {
        try {
          answer.started.push({ from, id: rerun(parts, from) });
        } catch (error) {
          answer.refused.push({ from, name: nameOf(parts, from), error: toEnvelope(error) });
        }
      }
      return answer;
    },
    "history.pin": ({ cell }) => {
      pinBaseline(db, cell);
      return changed();
    },
    "history.baseline": () => {
      const baseline = readBaseline(db);
      return { baseline: baseline && { ...baseline, name: nameOf(parts, baseline.run) } };
    },
    "history.trend": ({ model, machine, series, points }) => {
      const kinds = trendKinds(db, model);
      const machines = trendMachines(db, model);
      const of = machine === undefined ? (machines[0]?.value ?? null) : machine;
      const asked = series ?? kinds.slice(0, SERIES_SHOWN);
      const pending = trends.pending();
      if (pending.pending > 0 && !pending.waiting) trends.begin();
      const trend = readTrend(db, model, asked, { machine: of, most: points });
      return { trend, kinds, machine: of, machines, ...pending };
    },
  };

  /** Waiting or measured, here or by another program. */
  function isBusy(id: string): boolean {
    try {
      runs.refuseBusy(id);
      return isRunning(db, id);
    } catch {
      return true;
    }
  }
}

function nameOf({ lab }: AppParts, id: string): string {
  return readSpec(lab.db, id)?.name ?? id;
}

/** What the run was asked to do, with whatever versions there are today. The spec is this program's own, paths and all. */
function rerun({ lab, runs }: AppParts, id: string): string {
  const run = readSpec(lab.db, id);
  if (!run) throw new LabError("RUN_NOT_FOUND", `There is no run "${id}".`, { id });
  if (run.imported) {
    throw new LabError(
      "BAD_REQUEST",
      `"${run.name}" was measured elsewhere: its files are named as they were there. Duplicate it in Bench, and choose the model here.`,
      { id },
    );
  }
  if (!existsSync(run.spec.model)) {
    throw new LabError("MODEL_NOT_FOUND", `The model of "${run.name}" is no longer in ${run.spec.model}.`, { id });
  }
  const again = runs.start({ ...run.spec, name: run.name }, run.model);
  keepRepeats(lab.db, again, id);
  return again;
}
