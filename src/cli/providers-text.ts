import type { ProbeReport, ProbeSquare, ProviderProbe } from "#shared/providers/probe.ts";
import { mebibytes } from "#shared/format-numbers.ts";
import { alignTable } from "./text.ts";

/** The report as text: a column for each provider that works, then a line for each that does not, and the GPUs. */
export function providersText(report: ProbeReport): string {
  const usable = report.providers.filter(({ usable }) => usable);
  const header = ["format", ...usable.map(({ label }) => label)];
  const [first] = usable;
  const rows = (first?.squares ?? []).map(({ format }, row) => [
    format,
    ...usable.map(({ squares }) => squareText(squares[row]!)),
  ]);
  const units = ["", ...usable.map(() => "error against fp32@cpu")];
  return [
    "",
    alignTable({ header, units, rows }),
    "",
    ...usable.flatMap(reasonLines),
    ...report.providers.filter(({ usable }) => !usable).flatMap(absentLines),
    "",
    ...report.gpus.map(({ name, driver, memoryBytes }) => {
      const memory = memoryBytes === null ? "" : `, ${mebibytes(memoryBytes)} MiB`;
      return `${name}${memory}${driver === null ? "" : `, driver ${driver}`}`;
    }),
    `onnxruntime ${report.onnxruntime}, ${report.platform}`,
    "",
  ].join("\n");
}

function squareText({ status, relativeError }: ProbeSquare): string {
  if (relativeError === null) return status;
  return `${status} ${relativeError === 0 ? "0" : relativeError.toExponential(0)}`;
}

/** Why formats of a usable provider are less than "works", equal reasons once. */
function reasonLines({ label, squares }: ProviderProbe): string[] {
  const formats = new Map<string, string[]>();
  for (const { format, status, reason } of squares) {
    if (status === "works" || reason === null) continue;
    const key = `${status}: ${reason}`;
    formats.set(key, [...(formats.get(key) ?? []), format]);
  }
  return [...formats].map(([why, names]) => `${label} ${names.join(", ")} ${why}.`);
}

function absentLines({ label, reason, remedy, squares }: ProviderProbe): string[] {
  if (reason === null) return reasonLines({ label, squares } as ProviderProbe);
  return [`${label}: ${squares[0]?.status ?? "no answer"}: ${reason}.${remedy === null ? "" : ` ${remedy}`}`];
}
