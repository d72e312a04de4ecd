import { existsSync, readFileSync } from "node:fs";
import { type ErrorCode, LabError } from "#shared/errors.ts";

/** A JSON object from a file; null when the file does not exist. A broken one is an error with the given code. */
export function readJson(file: string, code: ErrorCode): Record<string, unknown> | null {
  if (!existsSync(file)) return null;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new LabError(code, `${file} is not valid JSON: ${(error as Error).message}. Download it again.`, { file });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new LabError(code, `${file} holds no JSON object. Download it again.`, { file });
  }
  return value as Record<string, unknown>;
}
