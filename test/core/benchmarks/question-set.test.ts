import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadQuestionSet, subjectFromName } from "#core/benchmarks/question-set.ts";
import { FIXTURES } from "../../helpers/reference.ts";
import { temporaryFolder } from "../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(folder.file(name), content);
  return folder.file(name);
}

const refused = (text: string): unknown =>
  expect.objectContaining({ code: "QUESTIONS_INVALID", message: expect.stringContaining(text) as string });

describe("loadQuestionSet", () => {
  it("reads the same questions from a CSV, a JSONL and a JSON file", async () => {
    const csv = await loadQuestionSet(join(FIXTURES, "questions", "training-480.csv"));
    expect(csv.questions).toHaveLength(480);
    expect(csv.questions[0]).toEqual({
      id: "q1",
      subject: "elements",
      question: "An atom with 55 protons belongs to which element?",
      choices: ["rhenium", "caesium", "americium", "scandium"],
      answer: 1,
    });
    const rows = csv.questions.map(({ subject, question, choices, answer }) => ({
      question,
      choices,
      answer,
      subject,
    }));
    const lines = rows.map((row) => JSON.stringify(row)).join("\n");
    expect((await loadQuestionSet(write("same.jsonl", lines))).questions).toEqual(csv.questions);
    expect((await loadQuestionSet(write("same.json", JSON.stringify(rows)))).questions).toEqual(csv.questions);
  });

  it("takes suffixes in any case, and hashes the bytes", async () => {
    const text = "q,a,b,B\n";
    const set = await loadQuestionSet(write("X.CSV", text));
    expect(set).toMatchObject({ name: "X", sha256: createHash("sha256").update(text).digest("hex") });
    expect(set.questions).toEqual([{ id: "q1", subject: null, question: "q", choices: ["a", "b"], answer: 1 }]);
  });

  it.each(["csv", "jsonl", "json"])("reads 10,000 rows of %s", async (suffix) => {
    const rows = Array.from({ length: 10_000 }, (_, index) => ({
      question: `What is "${index}", or\n${"so ".repeat(20)}?`,
      choices: ["one", "two, or so", 'the "third"', "four"],
      answer: index % 4,
    }));
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const csv = rows
      .map(({ question, choices, answer }) => [question, ...choices, String(answer)].map(quote).join())
      .join("\n");
    const jsonl = rows.map((row) => JSON.stringify(row)).join("\n");
    const file = write(`many.${suffix}`, suffix === "csv" ? csv : suffix === "jsonl" ? jsonl : JSON.stringify(rows));
    const { questions } = await loadQuestionSet(file);
    expect(questions.at(-1)).toEqual({ id: "q10000", subject: null, ...rows.at(-1) });
  });

  it.each(["set.txt", "set", "set.csv.gz"])("refuses %s, and lists what is read", async (name) => {
    await expect(loadQuestionSet(write(name, "q,a,b,A"))).rejects.toThrow(
      refused("questions are read from .csv, .json, .jsonl, .parquet files"),
    );
  });

  it.each(["csv", "json", "jsonl", "parquet"])("refuses an empty %s file by name", async (suffix) => {
    const file = write(`empty.${suffix}`, "");
    await expect(loadQuestionSet(file)).rejects.toThrow(refused(file));
  });

  it("refuses a header without rows, and an empty list", async () => {
    await expect(loadQuestionSet(write("head.csv", "question,A,B,answer\n"))).rejects.toThrow(
      refused("holds no questions"),
    );
    await expect(loadQuestionSet(write("list.json", "[]"))).rejects.toThrow(refused("holds no questions"));
    await expect(loadQuestionSet(write("blank.jsonl", "\n \n"))).rejects.toThrow(refused("holds no questions"));
  });

  it("says that a file is missing, or no file", async () => {
    await expect(loadQuestionSet(folder.file("none.csv"))).rejects.toThrow(refused("none.csv does not exist"));
    mkdirSync(folder.file("folder.csv"));
    await expect(loadQuestionSet(folder.file("folder.csv"))).rejects.toThrow(refused("folder.csv is not a file"));
  });

  it.each(["csv", "jsonl"])("refuses a %s file in another encoding, by line", async (suffix) => {
    const latin1 = Buffer.from("q,a,b,A\nGr\u00f6sse,a,b,A\n", "latin1");
    await expect(loadQuestionSet(write(`latin1.${suffix}`, latin1))).rejects.toThrow(
      refused("line 2: it is not UTF-8"),
    );
    const utf16 = Buffer.from("\uFEFFq,a,b,A\n", "utf16le");
    await expect(loadQuestionSet(write(`utf16.${suffix}`, utf16))).rejects.toThrow(refused("line 1: it is UTF-16"));
    const unmarked = write(`unmarked.${suffix}`, utf16.subarray(2));
    await expect(loadQuestionSet(unmarked)).rejects.toThrow(refused("line 1: it is UTF-16"));
    const parquet = write(`table.${suffix}`, Buffer.from("PAR1\0\0PAR1", "latin1"));
    await expect(loadQuestionSet(parquet)).rejects.toThrow(refused("is a Parquet file. Name it .parquet."));
  });
});

describe("subjectFromName", () => {
  it.each([
    ["mmlu-virology", "virology"],
    ["MMLU_virology", "virology"],
    ["virology_test", "virology"],
    ["mmlu_virology_val", "virology"],
    ["high_school_physics", "high school physics"],
    ["high_school_physics_test", "high school physics"],
    ["high_school_physics_auxiliary_train", "high school physics"],
    ["demo-small", "demo-small"],
    ["latest", "latest"],
    ["mmlu", "mmlu"],
    ["mmlu_test", "mmlu"],
    ["test", "test"],
  ])("of %s is %s", (name, subject) => {
    expect(subjectFromName(name)).toBe(subject);
  });
});
