import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { LabError } from "#shared/errors.ts";
import { appRoot } from "#core/system/app-version.ts";
import { checkQuestion, collectRows } from "./check-question.ts";
import { NEEDED, type ParquetAnswer } from "./parquet-messages.ts";
import type { RawQuestion } from "./question-set.ts";

/** A million questions take seconds and some hundred MiB; a file that is made to take more is stopped. */
const SECONDS = 60;
const HEAP_MIB = 1500;

/**
 * Parquet with the columns of Hugging Face's `cais/mmlu`: question, subject, choices (list), answer (index). Errors name the
 * row, from 1. A thread of its own reads it: the reader leaves promises of damaged files to nobody, and some files hang.
 */
export async function readParquetQuestions(bytes: Buffer, file: string): Promise<RawQuestion[]> {
  const answer = await readInThread(bytes);
  if (answer.type === "missing") {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} has no column ${answer.missing.join(", ")}. It needs ${NEEDED.join(", ")}; it has ${answer.present.join(", ")}.`,
      { file },
    );
  }
  if (answer.type === "refused") {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} cannot be read as Parquet: ${answer.reason}. Uncompressed and Snappy files are read.`,
      { file },
    );
  }
  return collectRows(answer.rows, file, ({ question, choices, answer: right, subject }, index) =>
    checkQuestion({ file, row: `row ${index + 1}` }, { question, choices, answer: right, subject }),
  );
}

async function readInThread(bytes: Buffer): Promise<ParquetAnswer> {
  const copy = new Uint8Array(bytes);
  const thread = new Worker(threadFile(), {
    workerData: copy,
    transferList: [copy.buffer],
    execArgv: [],
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  let deadline: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ParquetAnswer>((resolve) => {
      const refuse = (reason: string): void => {
        resolve({ type: "refused", reason });
      };
      deadline = setTimeout(refuse, SECONDS * 1000, `it took longer than ${SECONDS} s`);
      thread.once("message", resolve);
      thread.on("error", (error: Error & { code?: string }) => {
        const isFull = error.code === "ERR_WORKER_OUT_OF_MEMORY";
        refuse(isFull ? `it takes more than ${HEAP_MIB} MiB of memory` : error.message);
      });
      thread.once("exit", () => {
        refuse("it is damaged");
      });
    });
  } finally {
    clearTimeout(deadline);
    await thread.terminate();
  }
}

/** The entry beside this file in the sources, which Node 24 runs as they are; the built one where this file is built. */
function threadFile(): string {
  const source = join(import.meta.dirname, "parquet-thread.ts");
  return existsSync(source) ? source : join(appRoot(), "out", "main", "parquet-thread.js");
}
