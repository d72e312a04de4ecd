import { onTestFinished } from "vitest";
import { type Db, openDatabase } from "#core/store/database.ts";
import { STORE_VERSION } from "#core/store/migrations.ts";
import * as write from "#core/store/write-measurements.ts";
import { finishLaunch, insertRun, type LaunchKey, startLaunch } from "#core/store/write-run.ts";
import {
  decodeLaunch,
  forwardLaunch,
  generated,
  generation,
  loaded,
  newRun,
  replayLaunch,
  samples,
  scored,
  selfTests,
  textChunk,
  tokenRow,
} from "./sample-run.ts";

/** An empty store in memory. */
export function store(): Db {
  const db = openDatabase(":memory:");
  onTestFinished(() => {
    db.close();
  });
  return db;
}

export const launchKey = (cellId: string, kind: LaunchKey["kind"] = "timing", launch = 1): LaunchKey => ({
  cellId,
  kind,
  launch,
  batchSize: kind === "memory" ? 1 : null,
});

/**
 * A run with something in every table: each kind of launch once in its first cell, all of them over.
 * @param version of the store: an older one has no place for replays and answers as they are now
 */
export function fullRun(db: Db, id = "r", version = STORE_VERSION): void {
  insertRun(db, newRun(id));
  const cell = `${id}/1`;
  const launch = (kind: LaunchKey["kind"], order: number, save: (key: LaunchKey) => void): void => {
    const key = launchKey(cell, kind);
    startLaunch(db, key, order);
    save(key);
    finishLaunch(db, key, { status: "done", elapsedMs: 1234.5, canaryDrift: 0.01 });
  };
  launch("timing", 0, (key) => {
    write.saveLoad(db, id, key, loaded);
    write.saveForward(db, cell, forwardLaunch(1));
    write.saveDecode(db, cell, decodeLaunch("user"));
    write.saveSamples(db, key, samples);
  });
  if (version >= 6)
    launch("stepping", 1, () => {
      write.saveDecode(db, cell, decodeLaunch("compute"));
      write.saveReplay(db, cell, replayLaunch("texts"));
      write.saveReplay(db, cell, replayLaunch("answers"));
    });
  launch("quality", 2, (key) => {
    write.saveLoad(db, id, key, { ...loaded, memory: null });
    write.saveSelfTests(db, cell, selfTests);
    if (version >= 6)
      write.saveQuestions(db, cell, [
        { tokens: tokenRow("q1"), loglikelihood: scored("q1"), generate: generated("q1") },
      ]);
    write.saveTexts(db, cell, [textChunk(0)]);
    write.saveGeneration(db, cell, generation("p1"));
  });
  launch("memory", 3, () => {
    write.saveForward(db, cell, forwardLaunch(1, { kind: "memory", latencyMs: [], computeMs: [], warmupMs: [] }));
  });
}

export function rowCounts(db: Db): Record<string, number> {
  const tables = ["runs", "cells", "run_questions", "launches", "forward_launches", "decode_launches", "samples"];
  tables.push("token_rows", "text_chunks", "text_rows", "answers", "generations", "replay_launches", "replay_items");
  const there = db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
  return Object.fromEntries(
    tables
      .filter((table) => there.includes(table))
      .map((table) => [table, db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!]),
  );
}
