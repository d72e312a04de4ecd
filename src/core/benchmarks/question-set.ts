import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { LabError } from "#shared/errors.ts";
import { foreignContent } from "#core/system/foreign-content.ts";
import type { Question, RawQuestion } from "./question.ts";
import { readCsvQuestions } from "./read-csv.ts";
import { readJsonlQuestions, readJsonQuestions } from "./read-json.ts";
import { readParquetQuestions } from "./read-parquet.ts";

export type { Question };

export interface QuestionSet {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly questions: readonly Question[];
}

/** A million questions are less. */
const MOST_BYTES = 512e6;

type Reader = (bytes: Buffer, file: string) => RawQuestion[] | Promise<RawQuestion[]>;

const READERS: Readonly<Record<string, Reader>> = Object.freeze({
  ".csv": readCsvQuestions,
  ".json": readJsonQuestions,
  ".jsonl": readJsonlQuestions,
  ".parquet": readParquetQuestions,
});

/**
 * Reads a whole question set, or nothing of it.
 * @throws LabError QUESTIONS_INVALID naming the file, the line or row, and what is wrong there
 */
export async function loadQuestionSet(file: string): Promise<QuestionSet> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} ${found ? "is not a file" : "does not exist"}. Name a CSV, JSON, JSONL or Parquet file of questions.`,
      { file },
    );
  }
  const reader = READERS[extname(file).toLowerCase()];
  if (!reader) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file}: questions are read from ${Object.keys(READERS).join(", ")} files; "${extname(file)}" is none of them.`,
      { file },
    );
  }
  if (found.size > MOST_BYTES) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} has ${Math.round(found.size / 1e6).toLocaleString("en-US")} MB, more than the ${MOST_BYTES / 1e6} MB that are read. Split it.`,
      { file },
    );
  }
  const bytes = readFileSync(file);
  const foreign = foreignContent(bytes);
  if (foreign !== null) throw new LabError("QUESTIONS_INVALID", `${file} is ${foreign}`, { file });
  const isParquet = bytes.subarray(0, 4).toString("latin1") === "PAR1";
  if (isParquet && reader !== readParquetQuestions) {
    throw new LabError("QUESTIONS_INVALID", `${file} is a Parquet file. Name it .parquet.`, { file });
  }
  const raw = await reader(bytes, file);
  if (raw.length === 0) throw new LabError("QUESTIONS_INVALID", `${file} holds no questions.`, { file });
  return {
    name: basename(file, extname(file)),
    file,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    questions: raw.map((question, index) => ({ id: `q${index + 1}`, ...question })),
  };
}

/** The subject that a file's name tells (`mmlu-virology.csv`, `high_school_physics_test.csv`), underscores as spaces. */
export function subjectFromName(name: string): string {
  return name
    .replace(/[-_](test|dev|val|validation|train|auxiliary_train)$/i, "")
    .replace(/^mmlu[-_](?=.)/i, "")
    .replaceAll("_", " ");
}
