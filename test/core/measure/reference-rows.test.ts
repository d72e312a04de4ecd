import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { logitsSlot, openRowFile, type RowFile } from "#core/measure/reference-rows.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const SET = { name: "questions-0", positions: 4 };
const RECORD_BYTES = 296;
const row = (index: number, vocabulary = 5): Float32Array =>
  Float32Array.from({ length: vocabulary }, (_, id) => index + id / 8);
const place = (index: number): { index: number; ids: number[] } => ({ index, ids: [7, index] });

/** A folder in which the reference left rows at the given places. */
function written(indices: readonly number[], set = SET): string {
  const dir = join(temporaryFolder(), "reference");
  using rows = openRowFile({ role: "write", dir }, set);
  for (const index of indices) rows.write(place(index), row(index), [index, 4]);
  return dir;
}

function reading<T>(dir: string, read: (rows: RowFile) => T, set = SET): T {
  using rows = openRowFile({ role: "read", dir }, set);
  return read(rows);
}

const readAt = (dir: string, index: number): unknown => reading(dir, (rows) => rows.read(place(index), 5));

describe("openRowFile", () => {
  it("gives back what the reference wrote, in any order", () => {
    const dir = written([2, 0, 3, 1]);
    reading(dir, (rows) => {
      for (const index of [1, 3, 0, 2]) {
        const found = rows.read(place(index), 5)!;
        expect(found.topIds).toEqual([index, 4]);
        expect(found.logits).toEqual(row(index));
      }
    });
  });

  it("has nothing for a place that was not reached", () => {
    const dir = written([0, 2]);
    expect([0, 1, 2, 3].map((index) => readAt(dir, index) !== null)).toEqual([true, false, true, false]);
  });

  it("has nothing behind other tokens, of another vocabulary, or of another set", () => {
    const dir = written([0, 1, 2, 3]);
    reading(dir, (rows) => {
      expect(rows.read({ index: 1, ids: [7, 2] }, 5)).toBeNull();
      expect(rows.read(place(1), 6)).toBeNull();
      expect(rows.read(place(1), 5)).not.toBeNull();
    });
    expect(reading(dir, (rows) => rows.read(place(1), 5), { name: "text", positions: 4 })).toBeNull();
  });

  it("has nothing where the reference left no files", () => {
    expect(readAt(join(temporaryFolder(), "never"), 0)).toBeNull();
  });

  it("reads a killed writer's files up to where they are whole", () => {
    const dir = written([0, 1, 2]);
    truncateSync(join(dir, "questions-0.tokens"), 2 * RECORD_BYTES + 100);
    expect([0, 1, 2].map((index) => readAt(dir, index) !== null)).toEqual([true, true, false]);
  });

  it("has tokens without logits where those were cut short, damaged or lost", () => {
    const dir = written([0, 1, 2]);
    const logits = join(dir, "questions-0.logits");
    truncateSync(logits, 2 * 20 + 8);
    expect(readAt(dir, 1)).toMatchObject({ logits: row(1) });
    expect(readAt(dir, 2)).toEqual({ topIds: [2, 4], logits: null });
    const fd = openSync(logits, "r+");
    writeSync(fd, Uint8Array.of(1), 0, 1, 20);
    closeSync(fd);
    expect(readAt(dir, 1)).toEqual({ topIds: [1, 4], logits: null });
    rmSync(logits);
    expect(readAt(dir, 0)).toEqual({ topIds: [0, 4], logits: null });
  });

  it("has nothing where a record is damaged", () => {
    const dir = written([0, 1]);
    const file = join(dir, "questions-0.tokens");
    const bytes = readFileSync(file);
    bytes[RECORD_BYTES + 44] = 99;
    writeFileSync(file, bytes);
    expect([0, 1].map((index) => readAt(dir, index) !== null)).toEqual([true, false]);
  });

  it("forgets what an earlier reference left", () => {
    const dir = written([0, 1, 2, 3]);
    openRowFile({ role: "write", dir }, SET)[Symbol.dispose]();
    expect(readAt(dir, 0)).toBeNull();
  });

  it("keeps nothing and finds nothing without a reference", () => {
    using rows = openRowFile(null, SET);
    rows.write(place(0), row(0), [1]);
    expect(rows.read(place(0), 5)).toBeNull();
  });

  it("says DISK_FULL, naming the file", ({ skip }) => {
    if (!existsSync("/dev/full")) skip("only Linux has a device that is always full");
    const dir = temporaryFolder();
    symlinkSync("/dev/full", join(dir, "questions-0.tokens"));
    using rows = openRowFile({ role: "write", dir }, SET);
    const write = (): void => {
      rows.write(place(0), row(0), [1]);
    };
    expect(write).toThrow(expect.objectContaining({ code: "DISK_FULL" }) as Error);
    expect(write).toThrow(/questions-0\.tokens: the disk became full/);
  });

  it("says where it cannot write", () => {
    const dir = join(temporaryFolder(), "taken");
    writeFileSync(dir, "a file");
    expect(() => openRowFile({ role: "write", dir }, SET)).toThrow(
      expect.objectContaining({ code: "OUTPUT_UNWRITABLE" }) as Error,
    );
  });
});

describe("logitsSlot", () => {
  const kept = (positions: number, rowBytes: number): number[] =>
    Array.from({ length: positions }, (_, index) => index).filter(
      (index) => logitsSlot(index, positions, rowBytes) !== null,
    );

  it("keeps all of up to 1,024 positions", () => {
    expect(kept(1024, 4)).toHaveLength(1024);
    expect(logitsSlot(1023, 1024, 4)).toBe(1023);
  });

  it("spreads 1,024 evenly over more, each in a slot of its own", () => {
    const places = kept(3000, 4);
    expect(places.map((index) => logitsSlot(index, 3000, 4))).toEqual(Array.from({ length: 1024 }, (_, slot) => slot));
    const gaps = places.slice(1).map((index, before) => index - places[before]!);
    expect([Math.min(...gaps), Math.max(...gaps)]).toEqual([2, 3]);
  });

  it("keeps fewer where they would take more than 1 GiB", () => {
    expect(kept(1000, 2 ** 28)).toHaveLength(4);
    expect(kept(10, 2 ** 31)).toEqual([]);
  });
});
