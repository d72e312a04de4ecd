/**
 * A native module that is ended while it loads or works takes its process down. So it lives in child processes, which may be
 * ended at any moment (`npm run bench -- closes` does it a thousand times), and never in a thread.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReaderSpawner } from "#core/app/stored-runs/run-reader.ts";
import { runReaderFile } from "#core/app/files/worker-file.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { openDatabase } from "#core/store/database.ts";
import { ROOT } from "../helpers/host-process.ts";
import { reachedFrom } from "../helpers/import-graph.ts";
import { closeAtRandom, firstAnswerMs } from "../helpers/random-closes.ts";
import { SEED_CELLS, seedResult } from "../helpers/seed-result.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

describe("a lab that is closed", () => {
  it("leaves no process, no half file and a sound store, whatever its reader was at", async () => {
    const home = temporaryFolder();
    seedResult(home, { id: "a", name: "a", questions: 40, cells: SEED_CELLS.slice(0, 2) });
    const spawner: ReaderSpawner = forkSpawner(runReaderFile());
    const latestMs = 1.2 * (await firstAnswerMs(home, spawner));
    const { answered, refused, others, left } = await closeAtRandom({ home, spawner, closes: 40, seed: 7, latestMs });
    expect({ all: answered + refused, others, left }).toEqual({ all: 40, others: [], left: 0 });
    expect(refused).toBeGreaterThan(0);
    const db = openDatabase(join(home, "quantscope.db"));
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    db.close();
    expect(readdirSync(home)).toEqual(["quantscope.db"]);
  });
});

describe("the built thread of the quantizer", () => {
  const built = (name: string): string => join(ROOT, "out", "main", name);

  it("loads no package: what is bundled into it is JavaScript", () => {
    const { files, others } = reachedFrom(built("quantize-thread.js"), false);
    expect(files.size).toBeGreaterThan(1);
    expect([...others]).toEqual([]);
    // The same look at a program that does load one.
    expect([...reachedFrom(built("run-reader.js"), false).others]).toContain("better-sqlite3");
  });
});
