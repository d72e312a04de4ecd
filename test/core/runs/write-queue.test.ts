import Database from "better-sqlite3";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Db, openDatabase } from "#core/store/database.ts";
import { keep, listKept } from "#core/store/library.ts";
import { WriteQueue } from "#core/runs/write-queue.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Shared {
  readonly db: Db;
  /** Another program's connection. */
  readonly other: Db;
  readonly writes: WriteQueue;
  readonly said: boolean[];
  readonly abort: AbortController;
  /** What happens while the queue sleeps, one a pause; the clock goes on by a second each. */
  readonly pauses: (() => void)[];
}

function sharedStore(): Shared {
  const file = join(temporaryFolder(), "store.db");
  const [db, other] = [openDatabase(file), new Database(file)];
  onTestFinished(() => {
    for (const each of [db, other]) each.close();
  });
  const said: boolean[] = [];
  const pauses: (() => void)[] = [];
  let clock = 0;
  const abort = new AbortController();
  const writes = new WriteQueue({
    db,
    signal: abort.signal,
    onWaiting: (waiting) => said.push(waiting),
    patience: {
      ...{ totalMs: 10_000, cancelledMs: 2000, pauseMs: 1000, tryMs: 0, now: () => clock },
      sleep: (ms) => {
        clock += ms;
        pauses.shift()?.();
        return Promise.resolve();
      },
    },
  });
  return { db, other, writes, said, abort, pauses };
}

describe("WriteQueue", () => {
  it("writes at once where the store is free, and says nothing", async () => {
    const { db, writes, said } = sharedStore();
    writes.add(() => {
      keep(db, "a", "1");
    });
    expect(listKept(db, "")).toEqual({ a: "1" });
    await writes.stored(() => {
      keep(db, "b", "2");
    });
    expect(said).toEqual([]);
  });

  it("keeps what comes while another program holds the store, and writes all of it in order when that lets go", async () => {
    const { db, other, writes, said, pauses } = sharedStore();
    other.exec("BEGIN IMMEDIATE");
    const order: string[] = [];
    for (const key of ["a", "b", "c"]) {
      writes.add(() => {
        keep(db, key, key);
        order.push(key);
      });
    }
    expect([order, said]).toEqual([[], [true]]);
    pauses.push(
      () => undefined,
      () => undefined,
      () => other.exec("COMMIT"),
    );
    await writes.stored(() => {
      keep(db, "a", "last");
      order.push("last");
    });
    expect(order).toEqual(["a", "b", "c", "last"]);
    expect(listKept(db, "")).toEqual({ a: "last", b: "b", c: "c" });
    expect(said).toEqual([true, false]);
  });

  it("gives up after minutes with an error that says what to do, of this and of every later write", async () => {
    const { db, other, writes } = sharedStore();
    other.exec("BEGIN IMMEDIATE");
    const write = (): void => {
      keep(db, "a", "1");
    };
    await expect(writes.stored(write)).rejects.toMatchObject({
      code: "STORE_BUSY",
      message: expect.stringMatching(/locked for 10 s.*--resume/) as string,
      details: { file: db.name, unstored: 1 },
    });
    other.exec("COMMIT");
    expect(() => {
      writes.add(write);
    }).toThrow(expect.objectContaining({ code: "STORE_BUSY" }));
  });

  it("has patience anew after every write that came through", async () => {
    const { db, other, writes, pauses } = sharedStore();
    other.exec("BEGIN IMMEDIATE");
    const nothing = (): void => undefined;
    const lockAgain = (): void => {
      keep(db, "a", "1");
      other.exec("BEGIN IMMEDIATE");
    };
    writes.add(lockAgain);
    pauses.push(...Array<() => void>(8).fill(nothing), () => other.exec("COMMIT"));
    pauses.push(...Array<() => void>(8).fill(nothing), () => other.exec("COMMIT"));
    await writes.stored(() => {
      keep(db, "b", "2");
    });
    expect(Object.keys(listKept(db, ""))).toEqual(["a", "b"]);
  });

  it("waits no longer than seconds for a run that was cancelled", async () => {
    const { db, other, writes, abort, pauses } = sharedStore();
    other.exec("BEGIN IMMEDIATE");
    pauses.push(() => {
      abort.abort();
    });
    const stored = writes.stored(() => {
      keep(db, "a", "1");
    });
    await expect(stored).rejects.toMatchObject({ code: "STORE_BUSY", message: /locked for 2 s/ });
  });

  it("passes on what else is wrong with a write, now or later", async () => {
    const { db, other, writes, pauses } = sharedStore();
    const broken = (): void => {
      db.exec("INSERT INTO kept_values (key, value) VALUES ('a', NULL)");
    };
    expect(() => {
      writes.add(broken);
    }).toThrow(/NOT NULL/);
    other.exec("BEGIN IMMEDIATE");
    pauses.push(() => other.exec("COMMIT"));
    await expect(writes.stored(broken)).rejects.toThrow(/NOT NULL/);
  });
});
