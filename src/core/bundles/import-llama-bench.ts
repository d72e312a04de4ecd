/** llama-bench's output: CSV, JSON or JSONL with the same columns. */
import { createHash } from "node:crypto";
import { LabError } from "#shared/errors.ts";
import { csvRows, UnclosedQuote } from "#core/benchmarks/csv-rows.ts";
import { jsonProblem } from "#shared/python-json.ts";
import { type LlamaBenchRow, readLlamaBench } from "#shared/exports/llama-bench-read.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";
import { llamaBenchRun } from "./foreign-run.ts";
import { type ImportOptions, needsCell, type ReadSource } from "./import-source.ts";

/** Of the times, the column that every version has and nothing else. */
const COLUMN = /(^|[,"])avg_ns([,"]|$)/;
const AGAIN = "llama-bench writes its log to stderr: redirect only stdout to the file";

/**
 * Null for a file that is something else.
 * @throws LabError BAD_REQUEST for one that begins as JSON or llama-bench's CSV and is damaged, or is llama-bench's in another form
 */
export function llamaBenchRows(text: string, file: string): LlamaBenchRow[] | null {
  // A log line may begin with a word in brackets.
  if (/^\s*(\{|\[(?!\s*[A-Za-z]))/.test(text)) return rowsOf(jsonOf(text, file), file);
  const lines = text.split("\n");
  const header = lines.findIndex((line) => COLUMN.test(line.trim()));
  const start = lines.findIndex((line) => /^\s*(\[\s*$|\[?\s*\{\s*("|$))/.test(line));
  if (header >= 0 && start < 0) {
    refuseLogLines(lines, header, file, "header");
    return csvOf(text, file);
  }
  if (header >= 0) refuseLogLines(lines, start, file, "JSON");
  const isSql = /\bINSERT INTO\b/i.test(text) && text.includes("avg_ns");
  const other = /^\|\s*model\s*\|\s*size\s*\|/m.test(text) ? "Markdown" : isSql ? "SQL" : null;
  if (other === null) return null;
  throw new LabError("BAD_REQUEST", `${file} is llama-bench's output as ${other}. Run it with -o json or -o csv.`);
}

function refuseLogLines(lines: readonly string[], start: number, file: string, what: string): void {
  const before = lines.slice(0, start).filter((line) => line.trim() !== "");
  if (before.length === 0) return;
  const which = start === 1 ? "line 1 stands" : `lines 1 to ${start} stand`;
  throw new LabError(
    "BAD_REQUEST",
    `${file}: ${which} before the ${what} ("${before[0]!.trim().slice(0, 80)}"). Delete what is before it; ${AGAIN}.`,
    { file },
  );
}

function csvOf(text: string, file: string): LlamaBenchRow[] {
  const refuse = (line: number, why: string): LabError =>
    new LabError(
      "BAD_REQUEST",
      `${file} is not valid CSV: line ${line}: ${why}. Delete a row that is cut short; ${AGAIN}.`,
    );
  try {
    const [header, ...rows] = csvRows(text);
    return rows.map(({ cells, line }) => {
      const { length } = header!.cells;
      if (cells.length !== length) throw refuse(line, `it has ${cells.length} fields where the header names ${length}`);
      return Object.fromEntries(header!.cells.map((name, index) => [name, cells[index]!]));
    });
  } catch (error) {
    throw error instanceof UnclosedQuote ? refuse(error.line, error.message) : error;
  }
}

/** Null where no row of it is a time of llama-bench. */
function rowsOf(value: unknown, file: string): LlamaBenchRow[] | null {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const isRow = (each: unknown): each is LlamaBenchRow =>
    typeof each === "object" && each !== null && !Array.isArray(each);
  if (!list.some((each) => isRow(each) && "avg_ns" in each)) return null;
  const other = list.findIndex((each) => !isRow(each));
  if (other < 0) return list as LlamaBenchRow[];
  throw new LabError("BAD_REQUEST", `${file}: row ${other + 1} is no object of columns and values.`);
}

/** One document, or one a line. */
function jsonOf(text: string, file: string): unknown {
  const lines = text.split("\n");
  try {
    return JSON.parse(text);
  } catch (error) {
    if (lines.filter((line) => /^\s*\{\s*"/.test(line)).length > 1)
      return lines.flatMap((line, index) => ofLine(line, index + 1, file));
    throw new LabError("BAD_REQUEST", `${file} is not valid JSON: ${jsonProblem(text, error)}. ${REMEDY}`);
  }
}

const REMEDY = `Write the file again; ${AGAIN}.`;

function ofLine(line: string, number: number, file: string): unknown[] {
  if (line.trim() === "") return [];
  try {
    return [JSON.parse(line)];
  } catch (error) {
    const why = jsonProblem(line, error).replace(", in line 1", "");
    throw new LabError("BAD_REQUEST", `${file} is not valid JSON: line ${number}: ${why}. Delete this line; ${AGAIN}.`);
  }
}

/** @throws LabError BAD_REQUEST naming the row and column, or that the file does not say what was measured */
export function readLlama(rows: readonly LlamaBenchRow[], source: ReadSource, options: ImportOptions): WholeRun {
  const { name, path, bytes } = source;
  const file = readLlamaBench(rows, name);
  // Of several cells, what is said holds for those that do not say it themselves.
  const isOne = file.cells.length === 1;
  const cells = file.cells.map((each) => {
    const isTold = each.format !== null && each.provider !== null;
    const { format, provider } = (isOne || !isTold ? options.cell : undefined) ?? each;
    if (format === null || provider === null) throw needsCell(path, `its ${each.said}`);
    return { ...each, model: options.model ?? each.model, format, provider };
  });
  return llamaBenchRun(file, cells, name, createHash("sha256").update(bytes).digest("hex"));
}
