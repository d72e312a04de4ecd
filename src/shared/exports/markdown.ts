/** A run as Markdown tables with its verdicts, for an issue, a pull request or a model card. */
import type { Results } from "../results.ts";
import { visible } from "../visible.ts";
import { askedText } from "../verdict/question-notes.ts";
import { skippedNotes } from "../tables/skipped-notes.ts";
import { costTable, qualityTable, type Table } from "../tables/summary-table.ts";
import { judgedBy } from "../verdict/verdict.ts";
import { wordsNotes, wordsTable } from "../tables/words-table.ts";
import { aboutLine } from "./about.ts";

export function reportMarkdown(results: Results): string {
  const tables = [costTable(results), qualityTable(results), wordsTable(results)].filter(
    ({ header }) => header.length > 1,
  );
  const failures = results.cells.flatMap(({ label, error }) =>
    error ? [`- ${escapeMarkdown(label)}: ${escapeMarkdown(error.message)}`] : [],
  );
  const verdicts = results.comparisons.map(({ verdict }) => `- ${escapeMarkdown(verdict.sentence)}`);
  return [
    `## ${escapeMarkdown(results.run.name)}`,
    ...(verdicts.length > 0 ? [verdicts.join("\n"), escapeMarkdown(judgedBy(results))] : []),
    ...tables.map(markdownTable),
    ...[...wordsNotes(results), ...skippedNotes(results)].map(escapeMarkdown),
    ...(failures.length > 0 ? [failures.join("\n")] : []),
    `<sub>${escapeMarkdown([askedText(results), aboutLine(results)].filter(Boolean).join(" · "))}</sub>`,
    "",
  ].join("\n\n");
}

/** A table of GitHub's Markdown: units in the header, numbers to the right. */
export function markdownTable({ header, units, rows }: Table): string {
  const heads = header.map((name, column) => {
    const unit = units[column] ?? "";
    return escapeMarkdown(unit === "" ? name : `${name} (${unit})`);
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(heads),
    line(heads.map((_, column) => (column === 0 ? ":--" : "--:"))),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ].join("\n");
}

/** Names come from files: nothing of them may end a table's cell, begin markup or a tag. */
export function escapeMarkdown(text: string): string {
  return visible(text.replaceAll(/\s+/g, " "))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_[\]|]/g, String.raw`\$&`);
}
