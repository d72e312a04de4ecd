import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { ImportedFile, RequestOutput } from "#shared/api.ts";
import { LARGEST_UPLOAD_BYTES } from "#shared/api/questions.ts";
import type { RunOutcome } from "#core/runs/execute.ts";
import type { NativeShell } from "#core/app/native-shell.ts";
import { importRuns } from "#core/app/stored-runs/import-runs.ts";
import { StoredRuns } from "#core/app/stored-runs/stored-runs.ts";
import { hideRuns } from "#core/store/history-edit.ts";
import { testApp, type TestApp } from "../../../helpers/app.ts";
import { scratchDir } from "../../../helpers/lab.ts";
import { SEED_CELLS, seedResult } from "../../../helpers/seed-result.ts";

const SEED = { id: "a", name: "from afar", questions: 8, launches: 2, batchSizes: [1], cells: SEED_CELLS.slice(0, 2) };

/** The run "a" of another data folder, as a bundle. */
async function bundle(): Promise<Buffer> {
  const app = testApp();
  seedResult(app.lab.home, SEED);
  const exported = await app.ask("runs.export", { ids: ["a"], format: "qsrun" });
  return readFileSync(app.downloads.find((exported as { url: string }).url)!.file);
}

/** A file that the page may name. */
function inHome(app: TestApp, name: string, content: string | Uint8Array): string {
  const folder = join(app.lab.home, "inbox");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const told = (app: TestApp): number => app.seen.filter(({ name }) => name === "runs.changed").length;

const failure = (answer: ImportedFile | undefined): { code: string; message: string } => {
  if (answer?.outcome !== "failed") throw new Error(`was ${answer?.outcome}`);
  return answer.error;
};

const sample = (index: number): string =>
  JSON.stringify({
    doc_id: index,
    doc: { question: `q${index}`, choices: ["a", "b"] },
    target: "1",
    resps: [],
    filtered_resps: [
      ["-1", "False"],
      ["-2", "False"],
    ],
    acc: 0,
  });
const SAMPLES = `${sample(0)}\n${sample(1)}\n`;
const RESULTS = JSON.stringify({
  results: {},
  config: { model: "hf", model_args: "pretrained=tiny,dtype=float16", device: "cpu" },
  date: 1_780_000_000,
});
const LLAMA = [
  "build_commit,cpu_info,gpu_info,backends,model_filename,model_type,model_size,model_n_params,n_threads,n_prompt,n_gen,n_depth,test_time,avg_ns,stddev_ns",
  "b1,Ryzen,,CPU,m-q8.gguf,llama 1B Q8_0,1000,100,8,512,0,0,2026-11-01T07:00:00Z,1000000000,1000",
].join("\n");
const encoded = (content: string | Uint8Array): string => Buffer.from(content).toString("base64");

describe("runs.import", () => {
  it("adds a bundle's run, tells its name, and says so to every window", async () => {
    const app = testApp();
    const path = inHome(app, "a.qsrun", await bundle());
    expect(await app.ask("runs.import", { paths: [path] })).toEqual({
      files: [{ outcome: "added", files: [path], run: { id: "a", name: "from afar" }, notes: [] }],
    });
    expect(told(app)).toBe(1);
    const { runs } = await app.ask("history.list", {});
    expect(runs).toMatchObject([{ id: "a", imported: true, origin: { tool: "quantscope", file: "a.qsrun" } }]);
    expect(await app.ask("runs.get", { id: "a" })).toMatchObject({ run: { name: "from afar" } });
  });

  it("is something that a quit would stop, until it has ended", async () => {
    const app = testApp();
    const path = inHome(app, "a.qsrun", await bundle());
    const importing = app.ask("runs.import", { paths: [path] });
    await expect.poll(() => app.busy(), { interval: 1 }).toBe("runs are being imported");
    await importing;
    await expect.poll(() => app.busy(), { interval: 1 }).toBeNull();
  });

  it("adds nothing twice: not by the same path, not by another name", async () => {
    const app = testApp();
    const bytes = await bundle();
    const [one, two] = [inHome(app, "one.qsrun", bytes), inHome(app, "two.qsrun", bytes)];
    const { files } = await app.ask("runs.import", { paths: [one, one, two] });
    expect(files.map(({ outcome }) => outcome)).toEqual(["added", "already there"]);
    expect((await app.ask("runs.list", {})).total).toBe(1);
  });

  it("forgets what it had read of a run that more is merged into", async () => {
    const app = testApp();
    const paths = [inHome(app, "a.qsrun", await bundle())];
    await app.ask("runs.import", { paths });
    app.lab.db.prepare("UPDATE cells SET status = 'waiting' WHERE position = 1").run();
    const statuses = async (): Promise<string[]> =>
      (await app.ask("runs.get", { id: "a" })).cells.map(({ status }) => status);
    expect(await statuses()).toEqual(["done", "waiting"]);
    expect((await app.ask("runs.import", { paths })).files).toMatchObject([{ outcome: "merged", run: { id: "a" } }]);
    expect(await statuses()).toEqual(["done", "done"]);
  });

  it("takes every bundle out of a zip of them, as the export of several runs writes it", async () => {
    const here = testApp();
    for (const id of ["a", "b"]) seedResult(here.lab.home, { ...SEED, id });
    const exported = await here.ask("runs.export", { ids: ["a", "b"], format: "qsrun" });
    const zip = readFileSync(here.downloads.find((exported as { url: string }).url)!.file);
    const app = testApp();
    const paths = [inHome(app, "all.zip", zip)];
    expect((await app.ask("runs.import", { paths })).files).toMatchObject([
      { outcome: "added", files: ["quantscope-a.qsrun"], run: { id: "a" } },
      { outcome: "added", files: ["quantscope-b.qsrun"], run: { id: "b" } },
    ]);
    const content = encoded(zip);
    const again = await app.ask("runs.upload", { files: [{ fileName: "all.zip", content }] });
    expect(again.files.map(({ outcome }) => outcome)).toEqual(["already there", "already there"]);
  });

  it.each([
    ["cut short", zipSync({ "a.qsrun": strToU8("x".repeat(100)) }).subarray(0, 60), "BUNDLE_INVALID"],
    ["of other files", zipSync({ "a.qsrun": strToU8("x"), "run.exe": strToU8("x") }), "BUNDLE_INVALID"],
    ["with a way out", zipSync({ "../a.qsrun": strToU8("x") }), "BUNDLE_INVALID"],
    ["of what is no bundle", zipSync({ "a.qsrun": strToU8("x") }), "BUNDLE_INVALID"],
    ["of nothing", zipSync({}), "BUNDLE_INVALID"],
  ])("refuses a zip %s", async (_, zip, code) => {
    const app = testApp();
    const { files } = await app.ask("runs.import", { paths: [inHome(app, "all.zip", zip)] });
    expect(files.map((file) => failure(file).code)).toEqual([code]);
  });

  it("answers for each file: one that is damaged or too new leaves the others alone", async () => {
    const app = testApp();
    const bytes = await bundle();
    const tooNew = zipSync({ "bundle.json": strToU8(JSON.stringify({ schemaVersion: 99 })) });
    const paths = [
      inHome(app, "cut.qsrun", bytes.subarray(0, bytes.length >> 1)),
      inHome(app, "new.qsrun", tooNew),
      inHome(app, "good.qsrun", bytes),
      join(app.lab.home, "gone.qsrun"),
    ];
    const { files } = await app.ask("runs.import", { paths });
    expect(files.map(({ outcome }) => outcome)).toEqual(["failed", "failed", "added", "failed"]);
    expect(failure(files[0])).toMatchObject({ code: "BUNDLE_INVALID", message: /cut\.qsrun.*Export the run again/ });
    expect(failure(files[1])).toMatchObject({ code: "BUNDLE_TOO_NEW", message: /Update Quantscope/ });
    expect(failure(files[3])).toMatchObject({ code: "BAD_REQUEST", message: /gone\.qsrun cannot be read/ });
    expect((await app.ask("runs.list", {})).total).toBe(1);
  });

  it("reads lm-eval's samples with the results beside them as one run, and llama-bench's table as another", async () => {
    const app = testApp();
    const paths = [
      inHome(app, "samples_t_2026.jsonl", SAMPLES),
      inHome(app, "bench.csv", LLAMA),
      inHome(app, "results_2026.json", RESULTS),
    ];
    const { files } = await app.ask("runs.import", { paths });
    expect(files).toMatchObject([
      { outcome: "added", files: [paths[1]], run: { name: "llama-bench: llama 1B Q8_0" } },
      { outcome: "added", files: [paths[0], paths[2]], run: { name: /^lm-eval: tiny, / } },
    ]);
    const { runs } = await app.ask("history.list", { sort: { by: "name", descending: false } });
    expect(runs.map(({ origin, kinds }) => [origin!.tool, kinds[0]!.format])).toEqual([
      ["llama-bench", "w8"],
      ["lm-eval", "fp16"],
    ]);
    expect((await app.ask("runs.import", { paths })).files.map(({ outcome }) => outcome)).toEqual([
      "already there",
      "already there",
    ]);
  });

  it("asks for format and provider where a file does not say them, and takes them", async () => {
    const app = testApp();
    const paths = [inHome(app, "samples_t_2026.jsonl", SAMPLES)];
    const { files } = await app.ask("runs.import", { paths });
    expect(failure(files[0])).toMatchObject({ code: "BAD_REQUEST", details: { needs: "cell" } });
    const again = await app.ask("runs.import", { paths, cell: { format: "int4", provider: "cuda" }, model: "m" });
    expect(again.files).toMatchObject([{ outcome: "added", run: { name: /^lm-eval: m, t/ } }]);
    const { runs } = await app.ask("history.list", {});
    expect(runs[0]!.kinds).toEqual([{ format: "int4", provider: "cuda" }]);
  });

  it("shows a run again that was deleted a moment ago, another tool's too", async () => {
    const app = testApp();
    const paths = [inHome(app, "bench.csv", LLAMA), inHome(app, "a.qsrun", await bundle())];
    const ids = (await app.ask("runs.import", { paths })).files.map((file) => (file as { run: { id: string } }).run.id);
    hideRuns(app.lab.db, ids, new Date().toISOString());
    expect((await app.ask("history.list", {})).total).toBe(0);
    await app.ask("runs.import", { paths });
    expect((await app.ask("history.list", {})).total).toBe(2);
  });

  it("imports nothing beside a measurement, and lets a run that is started meanwhile wait", async () => {
    const ended = Promise.withResolvers<RunOutcome>();
    const executor = { execute: () => ended.promise, resume: () => ended.promise };
    const app = testApp({ executor });
    const paths = [inHome(app, "a.qsrun", await bundle())];
    const importing = app.ask("runs.import", { paths });
    await setImmediate();
    const passes = { forward: {} };
    const spec = {
      schemaVersion: 1 as const,
      name: "night",
      model: "demo",
      cells: [{ format: "fp32" as const }],
      passes,
    };
    await app.ask("runs.start", { spec });
    expect(app.runs.live().active).toBeNull();
    expect((await importing).files[0]!.outcome).toBe("added");
    await expect.poll(() => app.runs.live().active?.name).toBe("night");
    const refused = await app.refusal("runs.import", { paths });
    expect(refused).toMatchObject({ code: "RUN_BUSY", message: /night.*Try again when it has ended/ });
    ended.reject(new Error("the end of this test"));
  });

  it.each(["/etc/passwd", "../a.qsrun", "/etc/../etc/hosts"])(
    "refuses %s, and reads nothing beside it",
    async (path) => {
      const app = testApp();
      const good = inHome(app, "a.qsrun", await bundle());
      const refused = await app.refusal("runs.import", { paths: [good, path] });
      expect(refused).toMatchObject({ code: "PATH_REFUSED" });
      expect((await app.ask("runs.list", {})).total).toBe(0);
      expect(told(app)).toBe(0);
    },
  );

  it("says how a file outside can be imported", async () => {
    const outside = join(scratchDir(), "a.qsrun");
    writeFileSync(outside, await bundle());
    const { message } = await testApp().refusal("runs.import", { paths: [outside] });
    expect(message).toMatch(/Choose the file itself in the page, or use the command line: quantscope import/);
  });

  it.each([
    ["no paths", { paths: [] }],
    ["too many", { paths: Array.from({ length: 1001 }, (_, index) => `/a/${index}`) }],
    ["another format", { paths: ["/a"], cell: { format: "int3", provider: "cpu" } }],
    ["other fields", { paths: ["/a"], force: true }],
  ])("refuses %s", async (_, input) => {
    expect(await testApp().refusal("runs.import", input)).toMatchObject({ code: "BAD_REQUEST" });
  });
});

describe("runs.cancelImport", () => {
  const stored = (app: TestApp): unknown[] => app.lab.db.prepare("SELECT id FROM runs").all();

  it("ends imports that wait, and none that comes later", async () => {
    const app = testApp();
    const bytes = await bundle();
    const first = app.refusal("runs.import", { paths: [inHome(app, "a.qsrun", bytes)] });
    const waiting = app.refusal("runs.import", { paths: [inHome(app, "b.qsrun", bytes)] });
    await app.ask("runs.cancelImport", {});
    expect(await Promise.all([first, waiting])).toMatchObject([{ code: "CANCELLED" }, { code: "CANCELLED" }]);
    expect(stored(app)).toEqual([]);
    // The next one is not cancelled.
    expect((await app.ask("runs.import", { paths: [inHome(app, "a.qsrun", bytes)] })).files).toHaveLength(1);
    expect(stored(app)).toHaveLength(1);
  });

  it("leaves the runs after the one that is being stored", async () => {
    const app = testApp();
    const controller = new AbortController();
    const real = new StoredRuns(app.lab.db.name);
    const runs = Object.assign(Object.create(real) as StoredRuns, {
      forget: () => {
        controller.abort();
      },
      with: (work: Parameters<StoredRuns["with"]>[0]) => real.with(work),
    });
    const sources = [{ path: inHome(app, "a.qsrun", await bundle()) }, { path: inHome(app, "llama.csv", LLAMA) }];
    const answers = await importRuns(runs, { sources, about: {} }, controller.signal);
    expect(answers).toMatchObject([
      { outcome: "added", run: { id: "a" } },
      { outcome: "failed", files: [sources[1]!.path], error: { code: "CANCELLED" } },
    ]);
    expect(stored(app)).toEqual([{ id: "a" }]);
  });

  it("does nothing where nothing is imported", async () => {
    expect(await testApp().ask("runs.cancelImport", {})).toEqual({});
  });
});

describe("runs.upload", () => {
  it("imports content, and leaves no file of it", async () => {
    const app = testApp();
    const before = readFolder(app);
    const sent = [{ fileName: "a.qsrun", content: encoded(await bundle()) }];
    const { files } = await app.ask("runs.upload", { files: sent });
    expect(files).toEqual([{ outcome: "added", files: ["a.qsrun"], run: { id: "a", name: "from afar" }, notes: [] }]);
    expect(readFolder(app)).toEqual(before);
    const again: RequestOutput<"runs.upload"> = await app.ask("runs.upload", { files: sent });
    expect(again.files[0]!.outcome).toBe("already there");
  });

  it("takes the tasks of one run together, and their date from the file where nothing else says it", async () => {
    const app = testApp();
    const modifiedMs = Date.UTC(2026, 4, 1);
    const files = ["b", "c"].map((task) => ({
      fileName: `samples_${task}_2026.jsonl`,
      content: encoded(SAMPLES),
      modifiedMs,
    }));
    const cell = { format: "fp16", provider: "cpu" } as const;
    const answer = await app.ask("runs.upload", { files, cell });
    expect(answer.files).toMatchObject([{ outcome: "added", run: { name: "lm-eval: unknown model, 2 tasks" } }]);
    const { runs } = await app.ask("runs.list", {});
    expect(runs).toMatchObject([{ startedAt: "2026-05-01T00:00:00.000Z" }]);
  });

  it("refuses more than a page may hand over, all files together", async () => {
    const half = encoded(new Uint8Array(LARGEST_UPLOAD_BYTES / 2 + 1));
    const files = ["a.qsrun", "b.qsrun"].map((fileName) => ({ fileName, content: half }));
    const refused = await testApp().refusal("runs.upload", { files });
    expect(refused).toMatchObject({ code: "BAD_REQUEST", message: /larger than 10 MiB/ });
  });

  it.each(["../a.qsrun", "a/b.qsrun", "C:\\a.qsrun", ""])("refuses the name %j", async (fileName) => {
    const refused = await testApp().refusal("runs.upload", { files: [{ fileName, content: "" }] });
    expect(refused).toMatchObject({ code: "BAD_REQUEST" });
  });
});

describe("dialog.pickRuns", () => {
  it("lets the page import what was chosen, wherever it lies", async () => {
    const path = join(scratchDir(), "a.qsrun");
    writeFileSync(path, await bundle());
    const shell = { pickRuns: () => Promise.resolve([path]) } as unknown as NativeShell;
    const app = testApp({ transport: "electron", shell });
    expect(await app.refusal("runs.import", { paths: [path] })).toMatchObject({ code: "PATH_REFUSED" });
    const { paths } = await app.ask("dialog.pickRuns", {});
    expect((await app.ask("runs.import", { paths })).files[0]!.outcome).toBe("added");
  });

  it("is not there in a browser", async () => {
    expect(await testApp().refusal("dialog.pickRuns", {})).toMatchObject({ code: "NOT_AVAILABLE" });
  });
});

function readFolder(app: TestApp): string[] {
  const names = readdirSync(app.lab.home, { recursive: true, encoding: "utf8" });
  // The folder for temporary files stays, and what was in it goes.
  return names.filter((name) => !name.startsWith("quantscope.db") && name !== "temp");
}
