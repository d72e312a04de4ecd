import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { LabError } from "#shared/errors.ts";
import type { Spec } from "#shared/spec.ts";
import { decodeText } from "#core/benchmarks/decode-text.ts";
import type { TextJob } from "./protocol.ts";

export interface PlannedTexts {
  readonly file: string;
  readonly sha256: string;
  readonly job: TextJob;
}

/**
 * Reads the running text of the tokens pass; null where the spec has none.
 * @throws LabError QUESTIONS_INVALID naming the file: not there, not UTF-8, or nothing in it
 */
export function planTexts({ passes }: Spec): PlannedTexts | null {
  const { tokens } = passes;
  if (tokens?.texts === undefined) return null;
  const { texts: file, chunks, chunkTokens, positionsPerChunk } = tokens;
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    const why = found ? "is not a file" : "does not exist";
    throw new LabError("QUESTIONS_INVALID", `${file} ${why}. Name a UTF-8 text file in passes.tokens.texts.`, { file });
  }
  const bytes = readFileSync(file);
  const text = decodeText(bytes, file, "QUESTIONS_INVALID");
  if (text.trim() === "") {
    throw new LabError("QUESTIONS_INVALID", `${file} is empty. Name a text of some ten thousand words.`, { file });
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { file, sha256, job: { text, chunks, chunkTokens, positionsPerChunk } };
}
