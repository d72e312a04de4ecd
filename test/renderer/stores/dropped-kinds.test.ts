import { describe, expect, it } from "vitest";
import { kindOf, sortDropped } from "../../../src/renderer/stores/dropped-kinds.ts";

describe("kindOf", () => {
  it.each([
    ["a.qsrun", "PK\u0003\u0004", "run"],
    ["A.QSRUN", "cut", "run"],
    ["a.zip", "PK\u0003\u0004", "run"],
    ["bench.csv", 'build_commit,"avg_ns",stddev_ns\nb,1,2', "run"],
    ["virology.csv", "question,choice0,choice1,answer\nwhat is avg_ns,a,b,0", "questions"],
    ["test.csv", "What?,a,b,c,d,A", "questions"],
    ["test.parquet", "PAR1", "questions"],
    ["samples_t.jsonl", '{"doc_id": 0, "doc": {"question": "q", "choices": []}}', "run"],
    ["bench.jsonl", '{"avg_ns": 12}', "run"],
    ["set.jsonl", '{"question": "q", "choices": ["a"], "answer": 0}', "questions"],
    ["set.json", '[{"question": "about \\"doc_id\\"", "choices": []}]', "questions"],
    ["results_2026.json", '{"results": {}}', "run"],
    ["results.json", '{"schemaVersion": 1, "run": {}}', "run"],
    ["myrun_2026.json", '{"results": {"mmlu": {"acc,none": 1}}, "config": {}}', "run"],
    ["old.jsonl", '[\n  {\n    "doc_id": 0,\n    "doc": {"question": "q"}', "run"],
    ["log.json", 'ggml: found\n[\n  {\n    "avg_ns": 1', "run"],
    ["log.csv", "ggml: found\nbuild_commit,n_prompt,avg_ns,stddev_ns\nb,1,2,3", "run"],
    ["spec.json", '{"schemaVersion": 1, "model": "m", "passes": {"benchmark": {"questions": "q"}}}', "unknown"],
    ["notes.txt", '{"doc_id": 0}', "unknown"],
    ["smollm2", "", "unknown"],
  ] as const)("takes %s (%j) for %s", (name, head, kind) => {
    expect(kindOf(name, head)).toBe(kind);
  });
});

describe("sortDropped", () => {
  it("reads how files begin; what cannot be read, as a folder, is none of ours", async () => {
    const run = new File(['[{"avg_ns": 1}]'], "b.json");
    const set = new File(["question,A,B,answer\n"], "q.csv");
    const folder = new File([], "model");
    folder.slice = () => {
      throw new Error("a folder");
    };
    expect(await sortDropped([set, folder, run])).toEqual({ runs: [run], questions: [set], others: [folder] });
  });
});
