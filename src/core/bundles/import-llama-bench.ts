/** llama-bench's output: CSV, JSON or JSONL with the same columns. */
import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { LabError } from "#shared/errors.ts";
import { type LlamaBenchRow, readLlamaBench } from "#shared/report/export/llama-bench-read.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";
import { llamaBenchRun } from "./foreign-run.ts";
import { type ImportOptions, needsCell, type ReadSource } from "./import-source.ts";

const rowsSchema = z.array(z.looseObject({ avg_ns: z.number() }));

/**
 * Null for a file that is something else.
 * @throws LabError BAD_REQUEST for one that begins as JSON or llama-bench's CSV and is damaged
 */
export function llamaBenchRows(text: string, name: string): LlamaBenchRow[] | null {
  try {
    if (/^\s*[[{]/.test(text)) {
      const rows = rowsSchema.safeParse(jsonOf(text));
      return rows.success ? rows.data : null;
    }
  } catch (error) {
    throw new LabError("BAD_REQUEST", `${name} is not valid JSON: ${(error as Error).message}.`);
  }
  if (!text.slice(0, 4096).includes("avg_ns")) return null;
  try {
    return parse(text, { columns: true, bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new LabError("BAD_REQUEST", `${name} is not valid CSV: ${(error as Error).message}.`);
  }
}

/** One document, or one a line. */
function jsonOf(text: string): unknown {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (/^\s*\{/.test(text) && lines.every((line) => /^\{.*\}\s*$/.test(line))) {
    return lines.map((line) => JSON.parse(line) as unknown);
  }
  return JSON.parse(text);
}

/** @throws LabError BAD_REQUEST naming the row and column, or that the file does not say what was measured */
export function readLlama(rows: readonly LlamaBenchRow[], source: ReadSource, options: ImportOptions): WholeRun {
  const { name, bytes } = source;
  const { cell, model } = options;
  const file = readLlamaBench(rows, name);
  const cells = file.cells.map((each) => {
    const format = cell?.format ?? each.format;
    const provider = cell?.provider ?? each.provider;
    if (format === null || provider === null) throw needsCell(name, ` (it says "${each.modelType}")`);
    return { ...each, model: model ?? each.model, format, provider };
  });
  return llamaBenchRun(file, cells, name, createHash("sha256").update(bytes).digest("hex"));
}
