import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { groupSources, importFiles, importGroup } from "#core/bundles/import-files.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { store } from "../store/open-store.ts";

const ROW = {
  avg_ns: 1e9,
  model_type: "llama 1B F16",
  backends: "CPU",
  n_prompt: 512,
  n_gen: 0,
  test_time: "2026-11-01T07:00:00Z",
};

const content = (text: string) => ({ bytes: new TextEncoder().encode(text), modifiedAt: null });

function file(name: string, text: string): string {
  const path = join(scratchDir(), name);
  writeFileSync(path, text);
  return path;
}

describe("importFiles", () => {
  it.each([
    ["a list", JSON.stringify([ROW, { ...ROW, n_prompt: 0, n_gen: 16 }])],
    ["a list over several lines", JSON.stringify([ROW], null, 2)],
    ["one a line", `${JSON.stringify(ROW)}\n${JSON.stringify({ ...ROW, n_prompt: 0, n_gen: 8 })}\n`],
  ])("reads llama-bench's JSON as %s", (_, text) => {
    const db = store();
    expect(importFiles(db, [file("bench.json", text)])).toMatchObject([{ outcome: "added" }]);
  });

  it("says of results.json of an export what can be imported in its place, compact or not", () => {
    const results = { schemaVersion: 1, run: { id: "a" }, cells: [], comparisons: [] };
    for (const text of [JSON.stringify(results), JSON.stringify(results, null, 2)]) {
      expect(() => importFiles(store(), [file("results.json", text)])).toThrow(/as a bundle \(\.qsrun\)/);
    }
  });

  it("says where a question set goes", () => {
    const csv = file("virology.csv", "question,choice0,choice1,answer\nq,a,b,0\n");
    expect(() => importFiles(store(), [csv])).toThrow(/Question sets are added in Questions/);
  });

  it.each([
    ["an object that is cut", '{\n  "schemaVersion": 1,\n', /bench\.json is not valid JSON/],
    ["lines of which one is cut", `${JSON.stringify(ROW)}\n{"avg_ns": 1`, /bench\.json is not valid JSON/],
    ["rows without a speed", '[{"model_type": "F16"}]', /none of the files/],
    ["nothing", "", /bench\.json is empty/],
  ])("refuses %s", (_, text, message) => {
    expect(() => importFiles(store(), [file("bench.json", text)])).toThrow(message);
  });

  it("stops at the first file that cannot be imported, and keeps those before it", () => {
    const db = store();
    const good = file("bench.json", JSON.stringify([ROW]));
    expect(() => importFiles(db, [good, join(scratchDir(), "gone.qsrun"), good])).toThrow(/cannot be read/);
    expect(db.prepare("SELECT count(*) FROM runs").pluck().get()).toBe(1);
  });
});

describe("groupSources", () => {
  it("puts lm-eval's files together, by their content, and leaves every other by itself", () => {
    const sources = [
      { path: "samples_a.jsonl", content: content('{"doc_id": 0}') },
      { path: "rows.jsonl", content: content('{"avg_ns": 1}') },
      { path: "results_1.json", content: content('{"results": {}}') },
      { path: "/nowhere/samples_b.jsonl" },
    ];
    const groups = groupSources(sources).map((group) => group.map(({ path }) => path));
    expect(groups).toEqual([["rows.jsonl"], ["/nowhere/samples_b.jsonl"], ["samples_a.jsonl", "results_1.json"]]);
  });
});

describe("importGroup", () => {
  it("reads content as it reads a file, and finds the same run", () => {
    const db = store();
    const text = JSON.stringify([ROW]);
    const added = importGroup(db, [{ path: "bench.json", content: content(text) }], {});
    expect(importFiles(db, [file("other.json", text)])).toEqual([{ ...added, outcome: "already there" }]);
  });
});
