/** Where a run comes from that was not measured here in one piece. */
import type { HistoryOrigin, HistoryRun } from "#shared/api.ts";
import { plural } from "#shared/format-numbers.ts";
import { formatExactly } from "../../format/time.ts";

/** For a chip: `lm-eval`, `imported`, `part 2/8`, `8 parts`, `6/8 parts`. */
export function originChip({ tool, parts }: HistoryOrigin): string {
  if (tool !== "quantscope") return tool;
  if (parts === null) return "imported";
  const { indexes, count } = parts;
  if (indexes.length === 1) return `part ${indexes[0]!}/${count}`;
  return indexes.length === count ? plural(count, "part") : `${indexes.length}/${count} parts`;
}

/** The whole of it: who measured it where, and how it came here. */
export function originWords({ origin, machine }: Pick<HistoryRun, "origin" | "machine">): string | null {
  if (origin === null) return null;
  const { tool, file, importedAt, parts } = origin;
  const what = parts === null ? null : partWords(parts);
  // The row names one machine only.
  const where = parts !== null && parts.machines > 1 ? null : `Measured on ${machine || "a machine without a name"}`;
  const who = tool === "quantscope" ? where : `Measured by ${tool}`;
  const how = file === null ? null : `read from ${file}`;
  const when = importedAt === null ? null : `imported ${formatExactly(importedAt)}`;
  return `${[what, who, how, when].filter(Boolean).join(", ")}.`.replace(/, Measured/, ", measured");
}

function partWords({ indexes, count, machines }: NonNullable<HistoryOrigin["parts"]>): string {
  if (indexes.length === 1) return `Part ${indexes[0]!} of ${count}`;
  const which = indexes.length === count ? `All ${count} parts` : `Parts ${indexes.join(", ")} of ${count}`;
  return `${which}, of ${plural(machines, "machine")}`;
}
