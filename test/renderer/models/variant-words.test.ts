import { describe, expect, it } from "vitest";
import type { Job, ModelLayer, VariantDetails } from "#shared/api.ts";
import { withJob } from "../../../src/renderer/stores/jobs-list.ts";
import { snrByLayer } from "../../../src/renderer/views/models/snr-chart.ts";
import {
  blockWords,
  fileSize,
  inOrder,
  jobWords,
  originWords,
  parameterCount,
} from "../../../src/renderer/views/models/variant-words.ts";

const JOB: Job = {
  ...{ id: "a", model: "demo", format: "int4", recipe: { format: "int4" }, state: "waiting", waitingFor: null },
  ...{ progress: null, file: null, fileBytes: null, error: null },
  ...{ queuedAt: "2026-11-21T10:00:00Z", startedAt: null, finishedAt: null },
};

describe("fileSize", () => {
  it("counts in MB, and a disk's free space in GB", () => {
    expect(fileSize(29_700_000)).toBe("29.7 MB");
    expect(fileSize(57_300_000_000)).toBe("57.3 GB");
  });
});

describe("parameterCount", () => {
  it("counts as model cards do", () => {
    expect([195_648, 7_340_000, 1_240_000_000].map(parameterCount)).toEqual(["196 k", "7.34 M", "1,240 M"]);
  });
});

describe("blockWords", () => {
  const facts = { blockSize: 32, symmetric: true, zeroPoints: false } as VariantDetails["facts"];

  it("names block size and zero points", () => {
    expect(blockWords(facts)).toBe("32, symmetric");
    expect(blockWords({ ...facts, zeroPoints: true })).toBe("32, zero points");
    expect(blockWords({ ...facts, zeroPoints: null, symmetric: null })).toBe("32");
  });

  it("is null without blocks", () => {
    expect(blockWords({ ...facts, blockSize: null })).toBeNull();
  });
});

describe("originWords", () => {
  it("says who made a file, with the version where it is known", () => {
    const made = { recipe: { format: "int4" as const }, version: "0.1.0" };
    expect(originWords({ made, place: "folder" })).toBe("Made by Quantscope 0.1.0");
    expect(originWords({ made: null, place: "lab" })).toBe("Made by Quantscope");
    expect(originWords({ made: null, place: "folder" })).toBe("Found in the folder");
  });
});

describe("inOrder", () => {
  it("puts the highest precision first, and the folder's own file before one that was made", () => {
    const variants = (["int4 lab", "int4 folder", "fp16 lab", "fp32 folder"] as const).map((words) => {
      const [format, place] = words.split(" ");
      return { format, place, bytes: 1 } as VariantDetails;
    });
    const words = inOrder(variants).map(({ format, place }) => `${format} ${place}`);
    expect(words).toEqual(["fp32 folder", "fp16 lab", "int4 folder", "int4 lab"]);
  });
});

describe("jobWords", () => {
  it("names the run that a job waits for, and no other job, which may have ended", () => {
    expect(jobWords({ ...JOB, waitingFor: 'the run "night"' })).toBe('Waits for the run "night"');
    expect(jobWords({ ...JOB, waitingFor: "making fp16 of demo" })).toBe("Waits for its turn");
  });

  it("gives bytes, tensors, rate and time left as far as they are known", () => {
    const progress = { bytesDone: 12e6, bytesTotal: 48e6, tensorsDone: 5, tensorsTotal: 31 };
    const running: Job = {
      ...JOB,
      state: "running",
      progress: { ...progress, bytesPerSecond: null, remainingMs: null },
    };
    expect(jobWords(running)).toBe("12.0 of 48.0 MB · 5 of 31 tensors");
    const known: Job = { ...running, progress: { ...progress, bytesPerSecond: 12e6, remainingMs: 3000 } };
    expect(jobWords(known)).toBe("12.0 of 48.0 MB · 5 of 31 tensors · 12.0 MB/s · 3.0 s left");
    expect(jobWords({ ...running, progress: null })).toBe("Reading the graph");
  });
});

describe("withJob", () => {
  it("replaces a job in its place, and puts a new one first", () => {
    const second = { ...JOB, id: "b" };
    expect(withJob([JOB], second).map(({ id }) => id)).toEqual(["b", "a"]);
    const done: Job = { ...JOB, state: "done" };
    expect(withJob([second, JOB], done)).toEqual([second, done]);
  });
});

describe("snrByLayer", () => {
  const layer = (name: string, snrDb: number | null): ModelLayer =>
    ({ name, error: { snrDb, exact: snrDb === null, maxError: null, clippedShare: 0 } }) as ModelLayer;

  it("places each weight at its number in the file, and leaves out what lost nothing", () => {
    const { series } = snrByLayer([layer("a", 20), layer("b", null), layer("c", 30)], "int4");
    expect(series[0]!.points.map(({ x, y, note }) => [x, y, note])).toEqual([
      [1, 20, "a"],
      [3, 30, "c"],
    ]);
  });

  it("has no series where nobody said what was lost", () => {
    expect(snrByLayer([{ name: "a", error: null } as ModelLayer], "int4").series).toEqual([]);
  });
});
