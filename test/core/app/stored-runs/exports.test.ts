import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { parse } from "csv-parse/sync";
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { RequestOutput } from "#shared/api.ts";
import { EXPORT_FORMATS, EXPORTS, type ExportFormat } from "#shared/exports/formats.ts";
import { MEASUREMENT_COLUMNS } from "#shared/exports/measurement-rows.ts";
import { resultsSchema } from "#shared/results.ts";
import { importBundle } from "#core/bundles/import-bundle.ts";
import { insertRun } from "#core/store/write-run.ts";
import type { NativeShell } from "#core/app/native-shell.ts";
import { testApp, type TestApp } from "../../../helpers/app.ts";
import { scratchDir } from "../../../helpers/lab.ts";
import { SEED_CELLS, seedResult } from "../../../helpers/seed-result.ts";
import { store } from "../../store/open-store.ts";
import { newRun } from "../../store/sample-run.ts";

const SEED = { name: "seeded", questions: 12, launches: 2, batchSizes: [1, 4], cells: SEED_CELLS.slice(0, 2) };

function seeded(ids: readonly string[] = ["a"], shell: Partial<NativeShell> | null = null): TestApp {
  const app = testApp(shell ? { transport: "electron", shell: shell as NativeShell } : {});
  for (const id of ids) seedResult(app.lab.home, { ...SEED, id });
  return app;
}

type Exported = RequestOutput<"runs.export">;

/** What a browser would get. */
async function fetched(
  app: TestApp,
  ids: string[],
  format: ExportFormat,
): Promise<{ fileName: string; bytes: Buffer }> {
  const exported = await app.ask("runs.export", { ids, format });
  if (exported.how !== "download") throw new Error(`not for a browser: ${exported.how}`);
  const found = app.downloads.find(exported.url)!;
  const bytes = readFileSync(found.file);
  expect([found.fileName, found.shown, bytes.length]).toEqual([exported.fileName, false, exported.bytes]);
  return { fileName: exported.fileName, bytes };
}

const files = (zip: Uint8Array): Record<string, string> =>
  Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]));

describe("runs.export for a browser", () => {
  it("has a file for every format, named after the run", async () => {
    const app = seeded();
    for (const format of EXPORT_FORMATS.filter((each) => each !== "pdf")) {
      const { fileName, bytes } = await fetched(app, ["a"], format);
      expect(fileName).toBe(`quantscope-a${EXPORTS[format].ending}`);
      expect(bytes.length, format).toBeGreaterThan(100);
    }
  });

  it("gives one file as it is: JSON that the schema takes, a line for every question, a whole page", async () => {
    const app = seeded();
    const json = await fetched(app, ["a"], "json");
    expect(resultsSchema.parse(JSON.parse(json.bytes.toString()))).toMatchObject({ run: { id: "a" } });
    const jsonl = await fetched(app, ["a"], "jsonl");
    expect(jsonl.bytes.toString().trim().split("\n")).toHaveLength(12);
    const html = await fetched(app, ["a"], "html");
    expect(html.bytes.toString()).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it("gives several files as a zip: tables with a mark for Excel, pictures, a folder a cell", async () => {
    const app = seeded();
    const tables = unzipSync((await fetched(app, ["a"], "csv")).bytes);
    expect(Object.keys(tables)).toContain("measurements.csv");
    expect(Object.keys(tables).filter((name) => /^charts\/.+\.csv$/.test(name)).length).toBeGreaterThan(5);
    for (const csv of Object.values(tables)) expect([...csv.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const pictures = unzipSync((await fetched(app, ["a"], "png")).bytes);
    for (const png of Object.values(pictures)) expect(strFromU8(png.subarray(1, 4), true)).toBe("PNG");
    const harness = Object.keys(files((await fetched(app, ["a"], "lm-eval")).bytes));
    expect(harness.filter((name) => name.startsWith("lm-eval/int8@cpu/")).length).toBeGreaterThan(1);
  });

  it("puts the rows of several runs into one table", async () => {
    const app = seeded(["a", "b", "c"]);
    const { fileName, bytes } = await fetched(app, ["a", "b", "c"], "csv");
    expect(fileName).toBe("quantscope-3-runs.csv");
    const [header, ...rows] = parse(bytes, { bom: true });
    expect(header).toEqual([...MEASUREMENT_COLUMNS]);
    const counts = ["a", "b", "c"].map((id) => rows.filter(([run]) => run === id).length);
    expect(counts[0]).toBeGreaterThan(50);
    expect(new Set(counts).size).toBe(1);
    expect(rows.some(([run]) => run === "run")).toBe(false);
  });

  it("puts several runs' files into folders, and bundles side by side, each of which can be imported", async () => {
    const app = seeded(["a", "b"]);
    expect(Object.keys(files((await fetched(app, ["a", "b"], "md")).bytes))).toEqual(["a/report.md", "b/report.md"]);
    const bundles = unzipSync((await fetched(app, ["a", "b", "a"], "qsrun")).bytes);
    expect(Object.keys(bundles)).toEqual(["quantscope-a.qsrun", "quantscope-b.qsrun"]);
    const there = store();
    for (const [name, bytes] of Object.entries(bundles)) {
      expect(importBundle(there, bytes, name)).toMatchObject({ outcome: "added" });
    }
  });

  it("judges by the limits that are asked for, of one run and of several", async () => {
    const app = seeded(["a", "b"]);
    const text = async (ids: string[], limits: object): Promise<string> => {
      const exported = await app.ask("runs.export", { ids, format: "md", ...limits });
      if (exported.how !== "download") throw new Error(exported.how);
      const bytes = readFileSync(app.downloads.find(exported.url)!.file);
      return ids.length === 1 ? bytes.toString() : files(bytes)["b/report.md"]!;
    };
    for (const ids of [["b"], ["a", "b"]]) {
      expect(await text(ids, {})).toContain("Not enough data on int8@cpu");
      const { comparisons } = await app
        .ask("runs.results", { id: "b", marginPoints: 90 })
        .then(({ results }) => results);
      const judged = await text(ids, { marginPoints: 90 });
      expect(judged).toContain("a loss of up to 90 points of accuracy accepted");
      expect(judged).toContain(comparisons[0]!.verdict.sentence.split(":")[0]!);
      expect(comparisons[0]!.verdict.answer).toBe("quantize");
      expect(await text(ids, { peakMemoryBytes: 1 })).toContain("more than your limit of");
    }
  });

  it("keeps a run's id from leading out of its folder", async () => {
    const app = seeded(["../../evil", ".._.._evil"]);
    const names = Object.keys(files((await fetched(app, ["../../evil", ".._.._evil"], "md")).bytes));
    expect(names).toEqual(["__.._evil/report.md", "__.._evil-2/report.md"]);
    for (const name of names) expect(name.split("/")).not.toContain("..");
  });

  it("shows a report to be printed where nothing of ours can print", async () => {
    const app = seeded();
    const exported = await app.ask("runs.export", { ids: ["a"], format: "pdf" });
    expect(exported).toMatchObject({ how: "print", url: expect.stringMatching(/^\/export\/[\w-]{32}$/) as string });
    const { shown, mediaType, file } = app.downloads.find((exported as Extract<Exported, { how: "print" }>).url)!;
    expect([shown, mediaType]).toEqual([true, "text/html; charset=utf-8"]);
    expect(readFileSync(file, "utf8")).toContain("<!doctype html>");
  });

  it("leaves runs out of a zip of bundles that go on, and refuses where all do", async () => {
    const app = seeded(["a", "b"]);
    insertRun(app.lab.db, newRun("now"));
    expect(await app.ask("runs.export", { ids: ["a", "now", "b"], format: "qsrun" })).toMatchObject({ left: 1 });
    expect(await app.ask("runs.export", { ids: ["a", "now"], format: "md" })).toMatchObject({ left: 0 });
    expect(await app.refusal("runs.export", { ids: ["now"], format: "qsrun" })).toMatchObject({ code: "RUN_BUSY" });
  });

  it("refuses a run that is not there, several reports at once, and what has nothing in it, and leaves no file", async () => {
    const app = seeded(["a", "b"]);
    seedResult(app.lab.home, { ...SEED, id: "bare", questions: 0, texts: false });
    for (const [ids, format, code] of [
      [["a", "x"], "json", "RUN_NOT_FOUND"],
      [["a", "b"], "pdf", "NOT_AVAILABLE"],
      [["bare"], "jsonl", "NOT_AVAILABLE"],
      [["bare"], "lm-eval", "NOT_AVAILABLE"],
      [[], "json", "BAD_REQUEST"],
      [["a"], "xls", "BAD_REQUEST"],
    ] as const) {
      expect(await app.refusal("runs.export", { ids, format }), `${ids.join()} as ${format}`).toMatchObject({ code });
    }
    const folder = join(app.lab.home, "exports");
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });

  it("answers other requests while it writes many", async () => {
    const app = seeded(["a", "b", "c"]);
    const order: string[] = [];
    await Promise.all([
      app.ask("runs.export", { ids: ["a", "b", "c"], format: "csv" }).then(() => order.push("export")),
      app.ask("runs.get", { id: "c" }).then(() => order.push("get")),
    ]);
    expect(order).toEqual(["get", "export"]);
  });
});

describe("runs.export in the desktop app", () => {
  const withTarget = (path: string | null, more: Partial<NativeShell> = {}): TestApp =>
    seeded(["a"], { pickTarget: () => Promise.resolve(path), ...more });

  it("writes where the user says, and nothing where the dialog was closed", async () => {
    const path = join(scratchDir(), "run.json");
    const saved = await withTarget(path).ask("runs.export", { ids: ["a"], format: "json" });
    expect(saved).toEqual({ how: "saved", path, bytes: readFileSync(path).length, left: 0 });
    expect(resultsSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).success).toBe(true);
    expect(await withTarget(null).ask("runs.export", { ids: ["a"], format: "json" })).toEqual({
      how: "cancelled",
      left: 0,
    });
  });

  it("asks for no place before it knows that the run is there", async () => {
    const asked: string[] = [];
    const pickTarget = (name: string): Promise<null> => {
      asked.push(name);
      return Promise.resolve(null);
    };
    const app = seeded(["a"], { pickTarget });
    expect(await app.refusal("runs.export", { ids: ["b"], format: "csv" })).toMatchObject({ code: "RUN_NOT_FOUND" });
    await app.ask("runs.export", { ids: ["a"], format: "csv" });
    expect(asked).toEqual(["quantscope-a-tables.zip"]);
  });

  it("prints the report and keeps nothing but the PDF", async () => {
    const path = join(scratchDir(), "run.pdf");
    let printed = "";
    const printPdf = (file: string): Promise<Uint8Array> => {
      printed = readFileSync(file, "utf8");
      expect(file.endsWith(".html")).toBe(true);
      return Promise.resolve(Buffer.from("%PDF-1.4"));
    };
    const app = withTarget(path, { printPdf });
    expect(await app.ask("runs.export", { ids: ["a"], format: "pdf" })).toMatchObject({ how: "saved", bytes: 8 });
    expect(printed).toContain("<h2>Verdict</h2>");
    expect(readFileSync(path, "utf8")).toBe("%PDF-1.4");
    expect(readdirSync(join(app.lab.home, "exports"))).toEqual([]);
  });

  it("says what went wrong, and leaves what was there before", async () => {
    const path = join(scratchDir(), "no", "folder", "x.json");
    expect(await withTarget(path).refusal("runs.export", { ids: ["a"], format: "json" })).toMatchObject({
      code: "OUTPUT_UNWRITABLE",
      message: expect.stringContaining(path) as string,
    });
    const dir = scratchDir();
    const app = withTarget(dir);
    expect(await app.refusal("runs.export", { ids: ["a"], format: "csv" })).toMatchObject({
      code: "OUTPUT_UNWRITABLE",
    });
    expect(existsSync(`${dir}.part`)).toBe(false);
  });
});

describe("runs.backup", () => {
  it("is a copy of the store that opens by itself and has every run", async () => {
    const path = join(scratchDir(), "copy.db");
    const app = seeded(["a", "b"], { pickTarget: () => Promise.resolve(path) });
    expect(await app.ask("runs.backup", {})).toMatchObject({ how: "saved", path });
    const copy = new Database(path, { readonly: true });
    expect(copy.prepare("SELECT id FROM runs ORDER BY id").pluck().all()).toEqual(["a", "b"]);
    expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
    copy.close();
  });

  it("takes the place of an older copy, or leaves that and says why", async () => {
    const path = join(scratchDir(), "copy.db");
    const app = seeded(["a"], { pickTarget: () => Promise.resolve(path) });
    await app.ask("runs.backup", {});
    expect(await app.ask("runs.backup", {})).toMatchObject({ how: "saved" });
    const nowhere = seeded(["a"], { pickTarget: () => Promise.resolve(join(path, "x.db")) });
    expect(await nowhere.refusal("runs.backup", {})).toMatchObject({ code: "OUTPUT_UNWRITABLE" });
  });

  it("is a download in a browser, with the day in its name", async () => {
    const exported = await seeded().ask("runs.backup", {});
    expect(exported).toMatchObject({
      how: "download",
      fileName: expect.stringMatching(/^quantscope-\d{4}-\d\d-\d\d\.db$/) as string,
    });
  });
});
