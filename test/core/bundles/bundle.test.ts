import { createHash } from "node:crypto";
import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from "fflate";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { importBundle } from "#core/bundles/import-bundle.ts";
import { readBundle } from "#core/bundles/read-bundle.ts";
import { type Db, openDatabase } from "#core/store/database.ts";
import { hideRuns, pinBaseline, readBaseline, readNote, setNote } from "#core/store/history-edit.ts";
import { deleteRun, readQuestions, renameRun } from "#core/store/edit-run.ts";
import { readCellFacts, readRun } from "#core/store/read-run.ts";
import { changeTags, readTags } from "#core/store/tags.ts";
import { saveForward } from "#core/store/write-measurements.ts";
import { finishCell, finishLaunch, insertRun, setRunStatus, startLaunch } from "#core/store/write-run.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { fullRun, launchKey, rowCounts, store } from "../store/open-store.ts";
import { forwardLaunch, newRun } from "../store/sample-run.ts";

/** A finished run with something in every table. */
function source(db = store()): Db {
  const id = "r";
  fullRun(db, id);
  finishCell(db, `${id}/1`, "done", null);
  finishCell(db, `${id}/2`, "failed", { code: "OUT_OF_MEMORY", message: "too large", details: {} });
  setRunStatus(db, id, "failed", "2026-11-21T08:00:00.000Z");
  return db;
}

const bytesOf = (db: Db, id = "r"): Uint8Array => exportBundle(db, id).content;

/** A bundle with another run.json, whose hash fits. */
function repackedAs(entries: Record<string, Uint8Array>, run: unknown): Uint8Array {
  const bytes = strToU8(JSON.stringify(run));
  const manifest = JSON.parse(strFromU8(entries["bundle.json"]!)) as { files: object };
  const described = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  const files = { ...manifest.files, "run.json": described };
  return zipSync({ ...entries, "run.json": bytes, "bundle.json": strToU8(JSON.stringify({ ...manifest, files })) });
}

describe("exportBundle and importBundle", () => {
  it("bring a run to another store with every sample, its questions and its files' facts", () => {
    const [here, there] = [source(), store()];
    expect(importBundle(there, bytesOf(here), "r.qsrun")).toEqual({ runId: "r", outcome: "added", notes: [] });
    const { origin, ...run } = readRun(there, "r").run;
    expect(origin).toMatchObject({ tool: "quantscope", file: "r.qsrun", shards: null });
    expect({ ...readRun(there, "r"), run }).toEqual(readRun(here, "r"));
    expect(readQuestions(there, "r")).toEqual(readQuestions(here, "r"));
    expect(readCellFacts(there, "r")).toEqual(readCellFacts(here, "r"));
    expect(rowCounts(there)).toEqual(rowCounts(here));
    expect(buildResults(readRun(there, "r")).comparisons).toEqual(buildResults(readRun(here, "r")).comparisons);
  });

  it("do so in a store on the disk", () => {
    const [here, there] = [source(), openDatabase(join(temporaryFolder(), "store.db"))];
    onTestFinished(() => {
      there.close();
    });
    const first = bytesOf(here);
    const key = launchKey("r/2");
    startLaunch(here, key, 9);
    finishLaunch(here, key, { status: "done", elapsedMs: 1, canaryDrift: null });
    finishCell(here, "r/2", "done", null);
    setRunStatus(here, "r", "done", "2026-11-21T09:00:00.000Z");
    const outcomes = [first, bytesOf(here), bytesOf(here)].map(
      (bytes) => importBundle(there, bytes, "r.qsrun").outcome,
    );
    expect(outcomes).toEqual(["added", "merged", "already there"]);
    expect(readRun(there, "r").cells).toEqual(readRun(here, "r").cells);
    expect(rowCounts(there)).toEqual(rowCounts(here));
  });

  it("make no row twice, whatever the run was named since and wherever it came through", () => {
    const [here, there, third] = [source(), store(), store()];
    importBundle(there, bytesOf(here), "a.qsrun");
    const before = rowCounts(there);
    renameRun(there, "r", "another name");
    expect(importBundle(there, bytesOf(here), "b.qsrun").outcome).toBe("already there");
    importBundle(third, bytesOf(there), "c.qsrun");
    expect(importBundle(there, bytesOf(third), "d.qsrun").outcome).toBe("already there");
    expect(rowCounts(there)).toEqual(before);
    expect(readRun(there, "r").run.name).toBe("another name");
  });

  it("show a run again that was deleted a moment ago", () => {
    const [here, there] = [source(), store()];
    importBundle(there, bytesOf(here), "a.qsrun");
    hideRuns(there, ["r"], "2026-11-21T09:00:00.000Z");
    importBundle(there, bytesOf(here), "a.qsrun");
    expect(there.prepare("SELECT deleted_at FROM history").pluck().all()).toEqual([null]);
  });

  it("give the same file for the same run, but for the time", () => {
    const here = source();
    const [one, other] = [bytesOf(here), bytesOf(here)].map((bytes) => unzipSync(bytes));
    expect(one!["run.json"]).toEqual(other!["run.json"]);
  });

  it("refuse a run that goes on, and one that is not there", () => {
    const db = store();
    insertRun(db, newRun("r"));
    expect(() => exportBundle(db, "r")).toThrow(expect.objectContaining({ code: "RUN_BUSY" }));
    expect(() => exportBundle(db, "x")).toThrow(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
  });
});

describe("what a user wrote to a run", () => {
  const words = (db: Db): unknown => [readRun(db, "r").run.name, readNote(db, "r"), readTags(db, "r")];
  const written = (): Db => {
    const here = source();
    renameRun(here, "r", "with the new driver");
    setNote(here, "r", "slower than yesterday,\nand louder");
    changeTags(here, "r", { add: ["nightly", "driver 581"] });
    return here;
  };

  it("goes along: name, note and tags", () => {
    const [here, there] = [written(), store()];
    importBundle(there, bytesOf(here), "a.qsrun");
    expect(words(there)).toEqual([
      "with the new driver",
      "slower than yesterday,\nand louder",
      ["driver 581", "nightly"],
    ]);
  });

  it("comes back with a run that was exported, deleted for good and imported again", () => {
    const here = written();
    const [before, bytes] = [words(here), bytesOf(here)];
    deleteRun(here, "r");
    importBundle(here, bytes, "a.qsrun");
    expect(words(here)).toEqual(before);
  });

  it("changes nothing of a run that is there as it is", () => {
    const [here, there] = [written(), store()];
    importBundle(there, bytesOf(here), "a.qsrun");
    setNote(there, "r", "");
    changeTags(there, "r", { remove: ["nightly"] });
    const before = words(there);
    expect(importBundle(there, bytesOf(here), "b.qsrun").outcome).toBe("already there");
    expect(words(there)).toEqual(before);
  });

  it("is missing from older bundles, which are read all the same", () => {
    const entries = unzipSync(bytesOf(written()));
    const { user, ...older } = JSON.parse(strFromU8(entries["run.json"]!)) as Record<string, unknown>;
    expect(user).toEqual({ note: "slower than yesterday,\nand louder", tags: ["driver 581", "nightly"] });
    const there = store();
    importBundle(there, repackedAs(entries, older), "a.qsrun");
    expect(words(there)).toEqual(["with the new driver", "", []]);
  });

  it("is checked like everything else", () => {
    const entries = unzipSync(bytesOf(written()));
    const run = JSON.parse(strFromU8(entries["run.json"]!)) as object;
    const wrong = repackedAs(entries, { ...run, user: { note: "", tags: ["x".repeat(61)] } });
    expect(() => importBundle(store(), wrong, "a.qsrun")).toThrow(
      expect.objectContaining({ code: "BUNDLE_INVALID", message: expect.stringContaining("user.tags.0") as string }),
    );
  });
});

describe("importBundle of a run that is there already", () => {
  it("adds what was measured elsewhere since, and keeps tags, note and pin", () => {
    const [here, there] = [source(), store()];
    importBundle(there, bytesOf(here), "a.qsrun");
    changeTags(there, "r", { add: ["nightly"] });
    setNote(there, "r", "mine");
    pinBaseline(there, { run: "r", cell: "fp32@cpu#1" });
    const key = launchKey("r/2");
    startLaunch(here, key, 9);
    saveForward(here, "r/2", forwardLaunch(4));
    finishLaunch(here, key, { status: "done", elapsedMs: 1, canaryDrift: null });
    finishCell(here, "r/2", "done", null);
    setRunStatus(here, "r", "done", "2026-11-21T09:00:00.000Z");

    expect(importBundle(there, bytesOf(here), "b.qsrun").outcome).toBe("merged");
    const { cells, run } = readRun(there, "r");
    expect([run.status, run.finishedAt]).toEqual(["done", "2026-11-21T09:00:00.000Z"]);
    expect(cells).toEqual(readRun(here, "r").cells);
    expect(readTags(there, "r")).toEqual(["nightly"]);
    expect(there.prepare("SELECT note FROM history WHERE run_id = 'r'").pluck().get()).toBe("mine");
    expect(readBaseline(there)).toEqual({ run: "r", cell: "fp32@cpu#1" });
    expect(rowCounts(there)).toEqual(rowCounts(here));
  });

  it("changes nothing where a unit says something else", () => {
    const [here, there] = [source(), store()];
    importBundle(there, bytesOf(here), "a.qsrun");
    const before = readRun(there, "r");
    here.prepare("UPDATE forward_launches SET peak_memory_bytes = 1 WHERE kind = 'timing'").run();
    expect(() => importBundle(there, bytesOf(here), "b.qsrun")).toThrow(
      expect.objectContaining({
        code: "BUNDLE_CONFLICT",
        message: expect.stringContaining("fp32@cpu#1: forward pass timing 1 1") as string,
      }),
    );
    expect(readRun(there, "r")).toEqual(before);
  });
});

describe("readBundle", () => {
  const good = bytesOf(source(openDatabase(":memory:")));
  const entries = unzipSync(good);
  const packed = (changed: Zippable): Uint8Array => zipSync({ ...entries, ...changed });
  const manifest = JSON.parse(strFromU8(entries["bundle.json"]!)) as Record<string, unknown>;
  const json = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));
  const repacked = (changed: unknown): Uint8Array => repackedAs(entries, changed);
  const run = JSON.parse(strFromU8(entries["run.json"]!)) as {
    results: { run: object; cells: object[] };
    facts: object;
  };

  it("takes what exportBundle made", () => {
    expect(readBundle(good, "r.qsrun").stored.run.id).toBe("r");
    expect(readBundle(repacked(run), "r.qsrun").stored.run.id).toBe("r");
  });

  it.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ["no zip", strToU8("hello"), /no zip, or was cut short/],
    ["nothing", new Uint8Array(), /no zip, or was cut short/],
    ["a way out of the folder", packed({ "../../evil": strToU8("x") }), /it holds "..\/..\/evil"/],
    ["an absolute path", packed({ "/etc/passwd": strToU8("x") }), /it holds "\/etc\/passwd"/],
    [
      "changed numbers",
      packed({ "run.json": strToU8(strFromU8(entries["run.json"]!).replace("11.5", "10.5")) }),
      /run.json is not what was packed/,
    ],
    ["no manifest", zipSync({ "run.json": entries["run.json"]! }), /it has no bundle.json/],
    ["no contents", zipSync({ "bundle.json": entries["bundle.json"]! }), /it has no run.json/],
    ["a manifest that is none", packed({ "bundle.json": strToU8("{") }), /bundle.json is not valid JSON/],
    ["another kind", packed({ "bundle.json": json({ ...manifest, kind: "photos" }) }), /bundle.json: kind/],
    [
      "another run",
      repacked({ ...run, results: { ...run.results, run: { ...run.results.run, id: "s" } } }),
      /not the one that bundle.json names/,
    ],
    [
      "a field that does not fit",
      repacked({ ...run, results: { ...run.results, cells: [{}] } }),
      /run.json: results.cells.0/,
    ],
    [
      "a cell twice",
      repacked({ ...run, results: { ...run.results, cells: [run.results.cells[0], run.results.cells[0]] } }),
      /two of the cells are "fp32@cpu#1"/,
    ],
  ])("refuses %s", (_what, bytes, message) => {
    expect(() => readBundle(bytes, "r.qsrun")).toThrow(message);
    expect(() => readBundle(bytes, "r.qsrun")).toThrow(expect.objectContaining({ code: "BUNDLE_INVALID" }));
  });

  it("refuses every file that was cut short, and survives a flipped byte anywhere", () => {
    for (let end = 0; end < good.length - 1; end += Math.ceil(good.length / 60)) {
      expect(() => readBundle(good.subarray(0, end), "r.qsrun")).toThrow(
        expect.objectContaining({ code: "BUNDLE_INVALID" }),
      );
    }
    const intact = JSON.stringify(readBundle(good, "r.qsrun"));
    for (let at = 0; at < good.length; at += Math.ceil(good.length / 200)) {
      const broken = good.slice();
      broken[at]! ^= 0x10;
      let read: string;
      try {
        read = JSON.stringify(readBundle(broken, "r.qsrun"));
      } catch (error) {
        expect(error).toMatchObject({ code: "BUNDLE_INVALID" });
        continue;
      }
      // A byte that means nothing: a time, an attribute.
      expect(read).toBe(intact);
    }
  });

  it("refuses a bomb by its size, without unpacking it", () => {
    const bomb = packed({ "run.json": new Uint8Array(50e6) });
    expect(bomb.length).toBeLessThan(1e5);
    expect(() => readBundle(bomb, "r.qsrun", 1e6)).toThrow(/run.json is too large/);
    // Below the limit of size, and still made to take minutes.
    const tight = zipSync({ ...unzipSync(bytesOf(source())), "run.json": new Uint8Array(40 * 2 ** 20) });
    expect(() => readBundle(tight, "r.qsrun")).toThrow(
      /run.json unpacks from \d+ to 41943040 bytes, which no run does/,
    );
    // The size in the zip's directory may lie: what is unpacked is no more than it says, and the hash tells.
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    for (let at = 0; at < bomb.length - 4; at++) if (view.getUint32(at, true) === 50e6) view.setUint32(at, 1000, true);
    expect(() => readBundle(bomb, "r.qsrun", 1e6)).toThrow(/run.json is not what was packed/);
  });

  it("says to update where the bundle is newer", () => {
    const newer = packed({ "bundle.json": json({ ...manifest, schemaVersion: 2 }) });
    expect(() => readBundle(newer, "r.qsrun")).toThrow(expect.objectContaining({ code: "BUNDLE_TOO_NEW" }));
  });
});
