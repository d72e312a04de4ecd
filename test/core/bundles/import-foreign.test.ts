/** Files of other tools as they really lie there: several runs beside each other, renamed, damaged, of old versions. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { importFiles } from "#core/bundles/import-files.ts";
import type { Imported } from "#core/bundles/import-bundle.ts";
import { readRun } from "#core/store/read-run.ts";
import type { Db } from "#core/store/database.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { store } from "../store/open-store.ts";

const CELL = { format: "fp32", provider: "cpu" } as const;
const JANUARY = "2026-01-05T10-00-00.000000";
const FEBRUARY = "2026-02-05T10-00-00.000000";

function write(content: Record<string, string | Uint8Array>): string[] {
  const folder = scratchDir();
  return Object.entries(content).map(([name, text]) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
}

const sample = (question: string, right: boolean, extra: object = {}): string =>
  `${JSON.stringify({
    doc_id: 0,
    doc: { question, choices: ["x", "y"], answer: 1 },
    target: "1",
    resps: [],
    filtered_resps: right ? [["-2", "False"], ["-1", "True"]] : [["-1", "True"], ["-2", "False"]],
    acc: Number(right),
    ...extra,
  })}\n`; // prettier-ignore
const sums = (model: string, tasks: string[] = ["mmlu"], extra: object = {}): string =>
  JSON.stringify({
    results: Object.fromEntries(tasks.map((task) => [task, { "acc,none": 1 }])),
    config: { model: "hf", model_args: `pretrained=${model},dtype=float16`, device: "cpu" },
    "n-shot": Object.fromEntries(tasks.map((task) => [task, 5])),
    model_name: model,
    ...extra,
  });

const summary = (db: Db, { runId }: Imported): unknown => {
  const { run, cells, questionSet } = readRun(db, runId);
  const [{ label, benchmark }] = cells as [(typeof cells)[number]];
  return [run.spec.model, label, questionSet!.name, benchmark[0]!.accuracy];
};

describe("lm-eval's files", () => {
  it("are one run a folder and moment: a task that was run twice, and two models, are never joined", () => {
    const db = store();
    const paths = write({
      [`a/samples_mmlu_${JANUARY}.jsonl`]: sample("q", true),
      [`a/samples_arc_${JANUARY}.jsonl`]: sample("r", true),
      [`a/samples_mmlu_${FEBRUARY}.jsonl`]: sample("q", false),
      [`b/samples_mmlu_${JANUARY}.jsonl`]: sample("q", false, { doc_hash: "b" }),
    });
    const imported = importFiles(db, paths, { cell: CELL });
    expect(imported.map((each) => summary(db, each))).toEqual([
      ["a", "fp32@cpu", "2 tasks", 1],
      ["a", "fp32@cpu", "mmlu", 0],
      ["b", "fp32@cpu", "mmlu", 0],
    ]);
  });

  it("have their own sums each, under any name", () => {
    const db = store();
    const paths = write({
      [`samples_mmlu_${JANUARY}.jsonl`]: sample("q", true),
      [`samples_mmlu_${FEBRUARY}.jsonl`]: sample("q", false),
      [`myrun_${JANUARY}.json`]: sums("m/january"),
      [`other_${FEBRUARY}.json`]: sums("m/february"),
    });
    expect(importFiles(db, paths).map((each) => summary(db, each))).toEqual([
      ["m/january", "fp16@cpu", "mmlu", 1],
      ["m/february", "fp16@cpu", "mmlu", 0],
    ]);
  });

  it("take the only sums that are there, wherever they lie and whatever they are called", () => {
    const db = store();
    const paths = write({
      [`samples/samples_mmlu_${JANUARY}.jsonl`]: sample("q", true),
      "results/all of it.json": JSON.stringify(JSON.parse(sums("m/one")), null, 2),
    });
    expect(importFiles(db, paths).map((each) => summary(db, each))).toEqual([["m/one", "fp16@cpu", "mmlu", 1]]);
    expect(readRun(db, importFiles(db, paths)[0]!.runId).run.spec.passes.benchmark!.shots).toBe(5);
  });

  it("take no sums of another moment, nor of other tasks", () => {
    const paths = write({
      [`samples_mmlu_${JANUARY}.jsonl`]: sample("q", true),
      [`results_${FEBRUARY}.json`]: sums("m/one"),
      "results.json": sums("m/two", ["arc"]),
    });
    expect(() => importFiles(store(), paths.slice(0, 2), { cell: CELL })).toThrow(/results_2026-02.* holds sums only/);
    expect(() => importFiles(store(), [paths[0]!, paths[2]!])).toThrow(
      /results\.json does not tell of the task mmlu \(of arc\): it is of another run/,
    );
  });

  it("began when their sums say, or their name, and only then when the file was written", () => {
    const startOf = (content: Record<string, string>): string => {
      const db = store();
      return readRun(db, importFiles(db, write(content), { cell: CELL })[0]!.runId).run.startedAt;
    };
    const named = { [`samples_mmlu_${JANUARY}.jsonl`]: sample("q", true) };
    expect(startOf(named)).toBe("2026-01-05T10:00:00.000Z");
    const date = Date.UTC(2026, 0, 5, 9) / 1000;
    expect(startOf({ ...named, "results.json": sums("m", ["mmlu"], { date }) })).toBe("2026-01-05T09:00:00.000Z");
    expect(startOf({ "samples_mmlu_2026-99-05T10-00-00.jsonl": sample("q", true) })).not.toMatch(/^2026-99/);
  });

  it("are refused where one task is there twice and nothing tells the runs apart", () => {
    const paths = write({ "samples_mmlu.jsonl": sample("q", true), [`samples_mmlu.json`]: sample("q", false) });
    expect(() => importFiles(store(), paths, { cell: CELL })).toThrow(
      /The task mmlu is there twice: .*samples_mmlu\.json and .*samples_mmlu\.jsonl/,
    );
  });

  it("of old versions are a run each, since their names hold the model's arguments before the task", () => {
    const db = store();
    const list = (right: boolean): string => JSON.stringify([JSON.parse(sample("q", right))], null, 2);
    const paths = write({
      "pretrained__m__one_mmlu.jsonl": list(true),
      "pretrained__m__two_mmlu.jsonl": list(false),
      "results.json": sums("m/one"),
    });
    expect(() => importFiles(db, paths.slice(0, 2), { cell: CELL })).not.toThrow();
    const one = importFiles(store(), [paths[0]!, paths[2]!]);
    expect(one).toHaveLength(1);
    expect(db.prepare("SELECT count(*) FROM runs").pluck().get()).toBe(2);
    const renamed = write({ "int4.jsonl": list(true), "sums.json": sums("m/one") });
    const other = store();
    expect(summary(other, importFiles(other, renamed)[0]!)).toEqual(["m/one", "fp16@cpu", "mmlu", 1]);
    const named = store();
    expect(summary(named, importFiles(named, [paths[0]!, paths[2]!])[0]!)).toEqual(["m/one", "fp16@cpu", "mmlu", 1]);
  });

  it("name in the run and the answer what was left out", () => {
    const db = store();
    const paths = write({
      [`samples_mmlu_${JANUARY}.jsonl`]:
        sample("q", true, { filter: "first" }) + sample("q", false, { filter: "second" }),
      [`samples_truthfulqa_mc2_${JANUARY}.jsonl`]: sample("r", true, { acc: 0.91 }),
      [`results_${JANUARY}.json`]: sums("m/one", ["mmlu", "truthfulqa_mc2"]),
    });
    const [imported] = importFiles(db, paths);
    expect(imported!.notes.slice(0, 2)).toEqual([
      expect.stringMatching(/^left out: the task truthfulqa_mc2: samples_truthfulqa_mc2_.*line 1: acc is 0\.91/),
      "left out: answers of mmlu by the filters second (first is read)",
    ]);
    expect(summary(db, imported!)).toEqual(["m/one", "fp16@cpu", "mmlu", 1]);
    expect(readRun(db, imported!.runId).run.origin!.notes).toEqual(imported!.notes);
    expect(() => importFiles(store(), [paths[1]!, paths[2]!])).toThrow(/acc is 0\.91, which is neither right/);
  });

  it("say that a run that is here keeps what it was first said to be", () => {
    const db = store();
    const paths = write({ [`m/samples_mmlu_${JANUARY}.jsonl`]: sample("q", true) });
    importFiles(db, paths, { cell: CELL });
    const [again] = importFiles(db, paths, { cell: { format: "int4", provider: "cuda" } });
    expect(again).toMatchObject({ outcome: "already there" });
    expect(again!.notes[0]).toBe(
      "it is here as m, fp32@cpu and stays so; delete that run to import it as m, int4@cuda",
    );
    expect(importFiles(db, paths, { cell: CELL })[0]!.notes[0]).not.toMatch(/it is here as/);
  });
});

const HEADER =
  "build_commit,cpu_info,gpu_info,backends,model_filename,model_type,model_n_params,n_threads,n_prompt,n_gen,test_time,avg_ns";
const line = (prompt: number, generated: number): string =>
  `"b","Ryzen","","CPU","m.gguf","llama 1B Q4_0","100","8","${prompt}","${generated}","2026-01-05T10:00:00Z","2000000000"`;
const CSV = `${HEADER}\n${line(512, 0)}\n${line(0, 128)}\n`;
const row = (extra: object = {}): object => ({
  cpu_info: "Ryzen",
  backends: "CPU",
  model_type: "llama 1B Q4_0",
  n_prompt: 512,
  n_gen: 0,
  test_time: "2026-01-05T10:00:00Z",
  avg_ns: 2e9,
  ...extra,
});
const LINES = `${JSON.stringify(row())}\n${JSON.stringify(row({ n_prompt: 0, n_gen: 8 }))}\n`;
const LOG = "ggml_vulkan: Found 1 Vulkan devices:\nggml_vulkan: 0 = Example GPU | uma: 0\n";

describe("llama-bench's output", () => {
  it.each([
    ["with a mark in front", `\uFEFF${CSV}`],
    ["with other line ends", CSV.replaceAll("\n", "\r\n")],
    ["as JSONL with a mark", `\uFEFF${LINES}`],
    ["as a single object", JSON.stringify(row())],
  ])("is read %s", (_, text) => {
    expect(importFiles(store(), write({ "bench.txt": text }))).toMatchObject([{ outcome: "added" }]);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["a log before JSON", LOG + JSON.stringify([row()], null, 2), /lines 1 to 2 stand before the JSON \("ggml_vulkan: Found 1 .*Delete what is before it; .*stdout/],
    ["a log before a compact list", LOG + JSON.stringify([row()]), /lines 1 to 2 stand before the JSON/],
    ["a line with a word in brackets before JSON", `[INFO] start\n${JSON.stringify([row()], null, 2)}`, /line 1 stands before the JSON/],
    ["a log before JSONL", LOG + LINES, /lines 1 to 2 stand before the JSON/],
    ["a log before CSV", LOG + CSV, /lines 1 to 2 stand before the header/],
    ["a log after JSON", `${JSON.stringify([row()], null, 2)}\nllama_perf: 3 ms\n`, /is not valid JSON: .*line \d+/],
    ["a log in CSV", CSV.replace("\n", "\nggml: a line, of a log\n"), /is not valid CSV: .*line 2/],
    ["CSV that is cut in a cell", CSV.slice(0, -30), /is not valid CSV: .*line 3/],
    ["CSV that is cut between cells", CSV.slice(0, CSV.lastIndexOf(',"8"')), /is not valid CSV: .*line 3/],
    ["JSONL that is cut", LINES.slice(0, -40), /is not valid JSON: line 2: it is cut short\. Delete this line/],
    ["JSON that is cut", JSON.stringify([row(), row()], null, 2).slice(0, -60), /is not valid JSON: it is cut short, in line \d+/],
    ["UTF-16, as PowerShell writes it", Buffer.from(`\uFEFF${CSV}`, "utf16le"), /is UTF-16.*Save it as UTF-8/],
    ["UTF-16 without a mark", Buffer.from(CSV, "utf16le"), /is UTF-16/],
    ["UTF-16, big-endian", Buffer.from(`\uFEFF${CSV}`, "utf16le").swap16(), /is UTF-16/],
    ["Latin-1", Buffer.from(CSV.replace("Ryzen", "Prozessor für Büros"), "latin1"), /line 2: it is not UTF-8/],
    ["nothing", "", /is empty/],
    ["white space", "\n\n", /is empty/],
    ["Markdown", "| model | size | params | backend | threads | test | t/s |\n| --- | --- |\n", /output as Markdown. Run it with -o json/],
    ["SQL", "CREATE TABLE IF NOT EXISTS test (avg_ns INTEGER);\nINSERT INTO test (avg_ns) VALUES ('1');\n", /output as SQL/],
    ["rows of which one is a number", JSON.stringify([row(), 3]), /row 2 is no object/],
    ["a row without its time", JSON.stringify([row(), { ...row({ n_gen: 4, n_prompt: 0 }), avg_ns: undefined }]), /row 2: avg_ns is no time/],
  ])("is refused with words that help: %s", (_, text, words) => {
    expect(() => importFiles(store(), write({ "bench.csv": text }))).toThrow(words);
  }); // prettier-ignore

  it.each([
    ["weights", Buffer.from("1900000000000000" + "7b7d".repeat(20), "hex")],
    ["a picture", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")],
    ["packed lines", Buffer.from("1f8b0800000000000003", "hex")],
  ])("is not what %s are taken for", (_, bytes) => {
    expect(() => importFiles(store(), write({ "bench.json": bytes }))).toThrow(
      /none of the files that can be imported/,
    );
  });

  it("names the rows that were left out", () => {
    const db = store();
    const text = JSON.stringify([row(), row({ n_depth: 4096, avg_ns: 3e9 }), row({ n_gen: 128 })]);
    const [imported] = importFiles(db, write({ "bench.json": text }));
    expect(imported!.notes.slice(0, 2)).toEqual([
      "left out: bench.json: row 2: pp512 @ d4096 (170.7 tokens/s): a prompt after n_depth other tokens has no counterpart in a run",
      "left out: bench.json: row 3: pp512+tg128 (320.0 tokens/s): n_prompt and n_gen together (-pg) are neither prompt nor generation speed",
    ]);
  });

  it("takes --cell for what does not say it, and not for what does", () => {
    const db = store();
    const text = JSON.stringify([row(), row({ model_type: "llama 1B Q4_K - Medium", model_filename: "k.gguf" })]);
    const paths = write({ "bench.json": text });
    expect(() => importFiles(db, paths)).toThrow(/model_type is "llama 1B Q4_K - Medium".*--cell/);
    const [{ runId }] = importFiles(db, paths, { cell: { format: "mixed", provider: "cpu" } }) as [Imported];
    expect(readRun(db, runId).cells.map(({ label }) => label)).toEqual(["int4@cpu", "mixed@cpu"]);
  });

  it("says what tells two cells of one name apart", () => {
    const text = JSON.stringify([row({ n_threads: 4 }), row({ n_threads: 8 })]);
    const [imported] = importFiles(store(), write({ "bench.json": text }));
    expect(imported!.notes).toEqual(expect.arrayContaining(["int4@cpu: n_threads 4", "int4@cpu#2: n_threads 8"]));
  });
});
