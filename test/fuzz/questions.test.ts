import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";
import { expectOurs, FUZZ_TIMEOUT_MS, mutantBytes, mutantJson, seeds } from "../helpers/fuzz.ts";
import { scratchDir } from "../helpers/lab.ts";

const ROWS = Array.from({ length: 6 }, (_, index) => ({
  question: `What comes after ${index}, "really"?\nSay it.`,
  choices: ["one", "two, or so", 'the "third"', `${index + 1}`],
  answer: index % 4,
  subject: "counting",
}));
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const letter = (index: number): string => "ABCD"[index]!;
const CSV = ROWS.map(({ question, choices, answer }) => [question, ...choices, letter(answer)].map(quoted).join(","));

const FILES: Readonly<Record<string, string>> = {
  "plain.csv": `${CSV.join("\r\n")}\r\n`,
  "header.csv": `question,A,B,C,D,answer\n${CSV.join("\n")}\n`,
  "set.json": JSON.stringify(ROWS),
  "set.jsonl": ROWS.map((row) => JSON.stringify(row)).join("\n"),
};

describe("a question file", () => {
  it.each(Object.entries(FILES))(
    "like %s that is not what it should be is read whole, or refused with an error of ours that names it",
    async (name, text) => {
      const file = join(scratchDir(), name);
      writeFileSync(file, text);
      expect((await loadQuestionSet(file)).questions).toHaveLength(ROWS.length);
      let refused = 0;
      for (const seed of seeds(150)) {
        const json = name === "set.json" && seed % 2 === 0;
        writeFileSync(file, json ? JSON.stringify(mutantJson(ROWS, seed)) : mutantBytes(Buffer.from(text), seed));
        try {
          for (const { choices, answer } of (await loadQuestionSet(file)).questions) {
            expect(choices[answer], `seed ${seed}`).toBeTypeOf("string");
          }
        } catch (error) {
          refused++;
          expectOurs(error, `seed ${seed}`);
          expect((error as Error).message).toContain(file);
        }
      }
      expect(refused).toBeGreaterThan(0);
    },
    FUZZ_TIMEOUT_MS,
  );
});
