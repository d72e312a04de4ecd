import { alongsideNote } from "#shared/tables/alongside-note.ts";
import { duration, elapsedMs, megabytes, orUnknown, plural } from "#shared/format-numbers.ts";
import { askedText } from "#shared/verdict/question-notes.ts";
import type { Table } from "#shared/tables/summary-table.ts";
import { judgedBy } from "#shared/verdict/verdict.ts";
import type { Results } from "#shared/results.ts";
import { visibleLine } from "#shared/visible.ts";

/** Columns as wide as their longest cell; the first to the left, numbers to the right. */
export function alignTable({ header, units, rows }: Table): string {
  const lines = [header, units, ...rows].map((line) => line.map(visibleLine));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => width(line[column]!))));
  const align = (line: readonly string[]): string =>
    line
      .map((text, column) => {
        const gap = " ".repeat(widths[column]! - width(text));
        return column === 0 ? text + gap : gap + text;
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  const [head, unit, ...body] = lines.map(align);
  return [head, unit, rule, ...body].join("\n");
}

/** Characters as a terminal counts them, near enough: our tables hold no emoji. */
function width(text: string): number {
  return Array.from(text).length;
}

const SHOWN_PROMPTS = 3;
const SHOWN_CHARACTERS = 90;

/** The first prompts with what each cell made of them. */
export function sideBySide({ cells }: Results): string[] {
  const first = cells.find(({ generations }) => generations.length > 0);
  if (!first) return [];
  const shown = cells.map((cell) => ({ ...cell, label: visibleLine(cell.label) }));
  const width = Math.max(...shown.map(({ label }) => label.length));
  return first.generations.slice(0, SHOWN_PROMPTS).flatMap(({ promptId, prompt }) => [
    `“${shorten(prompt)}”`,
    ...shown.flatMap(({ label, generations }) => {
      const generation = generations.find((each) => each.promptId === promptId);
      return generation ? [`  ${label.padEnd(width)}  ${shorten(generation.text)}`] : [];
    }),
    "",
  ]);
}

function shorten(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS - 1)}…`;
}

/** One sentence a compared cell; without any, why cells failed. Then what was run, and where. */
export function verdictLines(results: Results): string[] {
  const { comparisons, run, questionSet, cells } = results;
  const failures = cells.flatMap(({ label, error }) => (error ? [`• ${label}: ${error.message}`] : []));
  const counts = [...new Set(cells.map((cell) => orUnknown(cell.threads)))];
  const threads = counts.length === 1 && counts[0] === "1" ? "1 thread" : `${counts.join(" or ")} threads`;
  const tookMs = elapsedMs(run.startedAt, run.finishedAt);
  const took = tookMs === null ? "" : ` in ${duration(tookMs)}`;
  const asked = askedText({ questionSet, cells });
  const beside = alongsideNote(run.environment);
  return [
    ...(comparisons.length > 0
      ? [...comparisons.map(({ verdict }) => `• ${verdict.sentence}`), "", judgedBy(results)]
      : failures),
    ...(beside === null ? [] : [`! ${beside}`]),
    "",
    `${visibleLine(run.name)}: ${cells.filter(({ status }) => status === "done").length} of ${plural(cells.length, "cell")}${took} · ` +
      `${asked === null ? "" : `${asked} · `}${run.environment.cpu.model}, ${threads}, onnxruntime ${run.environment.runtime.onnxruntime} · run ${run.id}`,
  ];
}

/** `12.3 MB`, for lists. */
export function fileSize(bytes: number): string {
  return `${megabytes(bytes)} MB`;
}
