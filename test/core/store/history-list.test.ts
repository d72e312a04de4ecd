import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { HistoryFilter, HistorySort } from "#shared/api.ts";
import { type Db, openDatabase } from "#core/store/database.ts";
import {
  hiddenRuns,
  hideRuns,
  pinBaseline,
  purgeQuestions,
  purgeRun,
  readBaseline,
  restoreRuns,
  setNote,
} from "#core/store/history-edit.ts";
import { countHistory, historyFacets, historyIds, listHistory } from "#core/store/history-list.ts";
import { historyCells, keepRepeats, repeatedRun } from "#core/store/history-run.ts";
import { countRuns, listRuns } from "#core/store/read-run.ts";
import { changeTags } from "#core/store/tags.ts";
import { setOrigin } from "#core/store/write-stored-run.ts";
import { generateHistory } from "../../helpers/generate-history.ts";
import { scratchDir } from "../../helpers/lab.ts";

const NEWEST: HistorySort = { by: "started", descending: true };

/** 120 runs of 4 cells. */
function generated(): Db {
  const home = scratchDir();
  generateHistory(home, { runs: 120, cells: 4 });
  const db = openDatabase(join(home, "quantscope.db"));
  onTestFinished(() => {
    db.close();
  });
  return db;
}

const ids = (db: Db, filter: HistoryFilter, sort = NEWEST, limit = 200, offset = 0): string[] =>
  listHistory(db, filter, sort, { limit, offset }).map(({ id }) => id);
const name = (index: number): string => `run-${String(index).padStart(6, "0")}`;

describe("listHistory", () => {
  it("gives the newest first, page by page, each run once", () => {
    const db = generated();
    const pages = [0, 50, 100].flatMap((offset) => ids(db, {}, NEWEST, 50, offset));
    expect(pages).toEqual(Array.from({ length: 120 }, (_, index) => name(119 - index)));
    expect(countHistory(db, {})).toBe(120);
    expect(ids(db, {}, NEWEST, 50, 500)).toEqual([]);
  });

  it("sorts by every column in both directions, the newest first among equals", () => {
    const db = generated();
    const by = (sort: HistorySort): string[] => ids(db, {}, sort, 2);
    expect(by({ by: "started", descending: false })).toEqual([name(0), name(1)]);
    expect(by({ by: "name", descending: false })).toEqual([name(0), name(1)]);
    expect(by({ by: "model", descending: false })).toEqual([name(119), name(115)]);
    expect(by({ by: "duration", descending: true })).toEqual([name(110), name(73)]);
    expect(by({ by: "cells", descending: true })).toEqual([name(119), name(118)]);
  });

  it("filters by model, status, tag, machine, and by format on one provider", () => {
    const db = generated();
    expect(ids(db, { model: "Qwen3-0.6B" })).toHaveLength(30);
    expect(ids(db, { status: "failed" })).toEqual([name(99), name(49)]);
    expect(ids(db, { tag: "driver" }).at(-1)).toBe(name(12));
    expect(ids(db, { machine: "server" })).toHaveLength(6);
    // Four cells are fp32 on four providers.
    expect(ids(db, { format: "fp32" })).toHaveLength(120);
    expect(ids(db, { format: "int4" })).toEqual([]);
    expect(ids(db, { provider: "coreml" })).toEqual([]);
    expect(ids(db, { format: "fp32", provider: "cuda", status: "failed" })).toHaveLength(2);
  });

  it("finds every word of a text in name, tag, note, machine and version, whatever it is made of", () => {
    const db = generated();
    setNote(db, name(7), "100 % slower_than");
    expect(ids(db, { text: "nightly 117" })).toEqual([name(117)]);
    expect(ids(db, { text: "EPYC gemma" })).toEqual([]);
    expect(ids(db, { text: "epyc smollm2" })).toHaveLength(6);
    expect(ids(db, { text: "%" })).toEqual([name(7)]);
    expect(ids(db, { text: "slower_than" })).toEqual([name(7)]);
    expect(ids(db, { text: "slowerxthan" })).toEqual([]);
    expect(ids(db, { text: "for the talk" })).toEqual(ids(db, { tag: "for the talk" }));
    expect(ids(db, { text: "'; DROP TABLE runs; --" })).toEqual([]);
  });

  it("says of a run that was not measured here in one piece where it comes from", () => {
    const db = generated();
    const shown = (index: number) => listHistory(db, { text: name(index) }, NEWEST, { limit: 1, offset: 0 })[0]!;
    const part = (index: number, machineId: string) => {
      return { index, runId: `p${index}`, machineId, cpu: "x", startedAt: "2026-11-20T00:00:00.000Z", sha256: null };
    };
    const shards = { count: 8, plan: "p", parts: [part(4, "a"), part(2, "b"), part(3, "a")] };
    setOrigin(db, name(1), { tool: "quantscope", file: null, importedAt: null, notes: [], shards });
    expect(shown(1)).toMatchObject({
      imported: true,
      origin: { parts: { indexes: [2, 3, 4], count: 8, machines: 2 } },
    });
    setOrigin(db, name(2), { tool: "lm-eval", file: "s.jsonl", importedAt: "2026-11-21", notes: ["n"], shards: null });
    expect(shown(2).origin).toEqual({ tool: "lm-eval", file: "s.jsonl", importedAt: "2026-11-21", parts: null });
    expect(shown(4)).toMatchObject({ imported: false, origin: null });
  });

  it("gives tags as people count", () => {
    const db = generated();
    changeTags(db, name(1), { add: ["driver 10", "driver 9", "Alpha"] });
    expect(listHistory(db, { tag: "driver 9" }, NEWEST, { limit: 1, offset: 0 })[0]!.tags).toEqual([
      "Alpha",
      "driver 9",
      "driver 10",
    ]);
    expect(
      historyFacets(db)
        .tags.map(({ value }) => value)
        .filter((value) => value.startsWith("driver ")),
    ).toEqual(["driver 9", "driver 10"]);
  });

  it("gives what a row shows", () => {
    const db = generated();
    expect(listHistory(db, { text: name(99) }, NEWEST, { limit: 1, offset: 0 })[0]).toMatchObject({
      status: "failed",
      cells: 4,
      cellsDone: 3,
      cellsFailed: 1,
      tags: ["broken"],
      onnxruntime: "1.20.0",
      imported: false,
    });
  });
});

describe("historyIds", () => {
  it("gives all that fit", () => {
    const db = generated();
    expect(historyIds(db, { model: "Qwen3-0.6B" })).toEqual(ids(db, { model: "Qwen3-0.6B" }));
  });
});

describe("historyFacets", () => {
  it("counts runs by what there is to filter by", () => {
    const facets = historyFacets(generated());
    expect(facets.models.map(({ runs }) => runs)).toEqual([30, 30, 30, 30]);
    expect(facets.formats).toEqual(["fp32"]);
    expect(facets.providers).toHaveLength(4);
    expect(facets.statuses).toContainEqual({ value: "failed", runs: 2 });
    expect(facets.machines).toEqual([
      { value: "laptop", name: "AMD Ryzen 7 7840U + NVIDIA RTX 4070", runs: 114 },
      { value: "server", name: "AMD EPYC 9654 + NVIDIA RTX 4070", runs: 6 },
    ]);
  });
});

describe("hideRuns", () => {
  it("takes runs out of every list until they are restored", () => {
    const db = generated();
    expect(hideRuns(db, [name(5), name(6), "none"], "2026-11-21T00:00:00.000Z")).toEqual([name(5), name(6)]);
    expect(hideRuns(db, [name(5)], "2026-11-22T00:00:00.000Z")).toEqual([]);
    expect([countHistory(db, {}), countRuns(db), historyIds(db, {}).length]).toEqual([118, 118, 118]);
    expect(listRuns(db, { limit: 200, offset: 0 }).map(({ id }) => id)).not.toContain(name(5));
    expect(historyFacets(db).statuses.reduce((sum, { runs }) => sum + runs, 0)).toBe(118);
    expect(restoreRuns(db, [name(5), "none", name(7)])).toEqual([name(5)]);
    expect(ids(db, {})).toContain(name(5));
  });
});

describe("purgeRun", () => {
  it("takes a hidden run for good, with its cells and numbers, and leaves one that is shown", () => {
    const db = generated();
    hideRuns(db, [name(5)], "2026-11-21T00:00:00.000Z");
    expect(hiddenRuns(db, "2026-11-20T00:00:00.000Z")).toEqual([]);
    expect(hiddenRuns(db, "2026-11-21T00:00:00.000Z")).toEqual([name(5)]);
    expect([purgeRun(db, name(5)), purgeRun(db, name(6))]).toEqual([true, false]);
    purgeQuestions(db);
    expect(restoreRuns(db, [name(5)])).toEqual([]);
    expect(db.prepare("SELECT count(*) FROM trend_cells WHERE run_id = ?").pluck().get(name(5))).toBe(0);
    expect(() => historyCells(db, name(5))).toThrow(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
  });
});

describe("repeatedRun", () => {
  it("is the run that one was queued to repeat, while that is there", () => {
    const db = generated();
    keepRepeats(db, "queued", name(5));
    expect(repeatedRun(db, "queued")).toMatchObject({ id: name(5) });
    hideRuns(db, [name(5)], "2026-11-21T00:00:00.000Z");
    expect(repeatedRun(db, "queued")).toBeNull();
    restoreRuns(db, [name(5)]);
    expect(repeatedRun(db, "queued")).toMatchObject({ id: name(5) });
    expect(repeatedRun(db, name(6))).toBeNull();
  });

  it("is forgotten with the run that repeats", () => {
    const db = generated();
    keepRepeats(db, name(7), name(5));
    hideRuns(db, [name(7)], "2026-11-21T00:00:00.000Z");
    purgeRun(db, name(7));
    expect(db.prepare("SELECT count(*) FROM kept_values WHERE value = ?").pluck().get(name(5))).toBe(0);
  });
});

describe("setNote", () => {
  it("keeps a note, and refuses one of no run", () => {
    const db = generated();
    setNote(db, name(1), "the first of the new driver");
    expect(listHistory(db, { text: "new driver" }, NEWEST, { limit: 9, offset: 0 })).toMatchObject([
      { note: "the first of the new driver" },
    ]);
    expect(() => {
      setNote(db, "none", "x");
    }).toThrow(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
  });
});

describe("pinBaseline", () => {
  it("keeps one cell, until another takes its place or its run goes", () => {
    const db = generated();
    expect(readBaseline(db)).toBeNull();
    pinBaseline(db, { run: name(1), cell: "fp32@cpu" });
    pinBaseline(db, { run: name(2), cell: "fp32@cuda" });
    expect(readBaseline(db)).toEqual({ run: name(2), cell: "fp32@cuda" });
    hideRuns(db, [name(2)], "2026-11-21T00:00:00.000Z");
    expect(readBaseline(db)).toBeNull();
    restoreRuns(db, [name(2)]);
    pinBaseline(db, null);
    expect(readBaseline(db)).toBeNull();
  });

  it("refuses a cell that there is not, and keeps the one that was", () => {
    const db = generated();
    pinBaseline(db, { run: name(1), cell: "fp32@cpu" });
    expect(() => {
      pinBaseline(db, { run: name(1), cell: "int4@cpu" });
    }).toThrow(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
    expect(readBaseline(db)).toEqual({ run: name(1), cell: "fp32@cpu" });
  });
});
