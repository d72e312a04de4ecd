import { existsSync, readFileSync } from "node:fs";
import { type ErrorCode, LabError } from "#shared/errors.ts";
import { parsePythonJson } from "#shared/python-json.ts";
import { foreignContent } from "#core/system/foreign-content.ts";

/**
 * A JSON object from a file; null when the file does not exist. Read as Python's json module reads it, which wrote it: bare
 * NaN, Infinity and -Infinity are no mistakes, and become texts.
 * @throws LabError with the given code, naming the file, what is wrong with it and the remedy
 */
export function readJson(file: string, code: ErrorCode): Record<string, unknown> | null {
  if (!existsSync(file)) return null;
  const refuse = (what: string, cause?: unknown): LabError =>
    new LabError(code, `${file} is ${what}`, { file }, { cause });
  let value: unknown;
  try {
    const bytes = readFileSync(file);
    const foreign = foreignContent(bytes);
    if (foreign !== null) throw refuse(foreign);
    value = parseJson(decode(bytes));
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw refuse(`not valid JSON: ${(error as Error).message}. Download it again.`, error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new LabError(code, `${file} holds no JSON object. Download it again.`, { file });
  }
  return value as Record<string, unknown>;
}

/** UTF-8, or UTF-16 by its byte order mark (what PowerShell writes). */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

function parseJson(text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    const loose = looseness(text);
    if (loose === null) throw error;
    throw new SyntaxError(`${(error as Error).message}; it has ${loose}`, { cause: error });
  }
}

/** What people who edit JSON by hand leave in it, and on which line. */
function looseness(text: string): string | null {
  // Strings keep their length, for the line; the last one of a file that is cut off has no end.
  const bare = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)/gs, (string) => string.replace(/[^\n]/g, "."));
  const found = [
    { what: "comments", at: bare.search(/\/\/|\/\*/) },
    { what: "a comma before a closing bracket", at: bare.search(/,\s*[}\]]/) },
    { what: "single quotes", at: bare.indexOf("'") },
  ].find(({ at }) => at >= 0);
  return found ? `${found.what}, which JSON does not know (line ${bare.slice(0, found.at).split("\n").length})` : null;
}
