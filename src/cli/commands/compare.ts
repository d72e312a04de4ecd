import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { type AcrossComparison, compareAcross } from "#shared/compare/cross-run/differences.ts";
import type { ComparedSide } from "#shared/compare/cross-run/comparability.ts";
import { referenceCell } from "#shared/verdict/build-results.ts";
import { ratioEnds } from "#shared/stats/ends.ts";
import { pValue, signed, significant } from "#shared/format-numbers.ts";
import type { Comparison } from "#shared/results.ts";
import type { Db } from "#core/store/database.ts";
import { readQuestions } from "#core/store/edit-run.ts";
import { readRun } from "#core/store/read-run.ts";
import { labToRead } from "../lab-to-read.ts";
import { print, printJson } from "../print.ts";
import { addLimitOptions, type LimitOptions, limitsOf } from "../limit-options.ts";

/** `runs compare A B`: any two cells of any two runs. */
export function addCompare(runs: Command): void {
  const compare = runs
    .command("compare")
    .description("compare two cells of any runs, the first as the reference; says what cannot be compared, and why")
    .argument("<a>", "RUN:LABEL; a run alone stands for the labels that both runs have")
    .argument("<b>", "RUN:LABEL, or a run")
    .option("--json", "print JSON");
  addLimitOptions(compare).action((first: string, second: string, options: LimitOptions, command: Command) => {
    const { home, json } = command.optsWithGlobals<{ home?: string; json?: boolean }>();
    const limits = limitsOf(options);
    using lab = labToRead(home);
    const sides = pairsOf(lab.db, splitRef(first), splitRef(second));
    const compared = compareAcross(sides, limits);
    const pairs = sides.map(([a, b], index) => ({ a, b, ...compared[index]! }));
    if (json) printJson(pairs.map(jsonOf));
    else print(`${pairs.map(text).join("\n")}\n`);
  });
}

interface CellRef {
  readonly run: string;
  readonly label: string | null;
}

/** Run ids hold no colon, labels hold none either. */
function splitRef(ref: string): CellRef {
  const at = ref.indexOf(":");
  return at < 0 ? { run: ref, label: null } : { run: ref.slice(0, at), label: ref.slice(at + 1) };
}

/** @throws LabError RUN_NOT_FOUND, BAD_REQUEST for a label that a run has not, or runs without a label in common */
function pairsOf(db: Db, a: CellRef, b: CellRef): (readonly [ComparedSide, ComparedSide])[] {
  const [ours, theirs] = [sidesOf(db, a.run), a.run === b.run ? null : sidesOf(db, b.run)];
  const others = theirs ?? ours;
  const find = (sides: readonly ComparedSide[], run: string, label: string): ComparedSide => {
    const side = sides.find(({ cell }) => cell.label === label);
    if (side) return side;
    const labels = sides.map(({ cell }) => cell.label).join(", ");
    throw new LabError("BAD_REQUEST", `The run ${run} has no cell "${label}"; it has ${labels}.`, { run, label });
  };
  if (a.label !== null || b.label !== null) {
    return [[find(ours, a.run, a.label ?? b.label!), find(others, b.run, b.label ?? a.label!)]];
  }
  const common = ours.flatMap((side) => {
    const other = others.find(({ cell }) => cell.label === side.cell.label);
    return other && other !== side ? [[side, other] as const] : [];
  });
  if (common.length > 0) return common;
  const labels = [ours, others].map((sides) => sides.map(({ cell }) => cell.label).join(", "));
  throw new LabError(
    "BAD_REQUEST",
    `Name two cells as RUN:LABEL. ${a.run} has ${labels[0]}; ${b.run} has ${labels[1]}.`,
  );
}

function sidesOf(db: Db, runId: string): ComparedSide[] {
  const { run, model, questionSet, textSet, cells } = readRun(db, runId);
  const questions = readQuestions(db, runId);
  const reference = referenceCell(cells, run.spec.reference)?.label ?? null;
  return cells.map((cell) => ({ run, model, questionSet, textSet, cell, questions, reference }));
}

type Pair = AcrossComparison & { readonly a: ComparedSide; readonly b: ComparedSide };

function jsonOf({ a, b, comparability, comparison }: Pair): unknown {
  const ref = ({ run, cell }: ComparedSide): object => ({ run: run.id, cell: cell.label });
  const { parts, differences } = comparability;
  return { reference: ref(a), candidate: ref(b), parts, differences, comparison };
}

function text({ a, b, comparability, comparison }: Pair): string {
  const parts = comparability.parts.flatMap(({ part, can, reasons, shared }) => [
    `${part}: ${can ? shared : "not comparable"}`,
    ...reasons.map((reason) => `  ${reason}`),
  ]);
  return [
    `\n${a.run.id}:${a.cell.label} against ${b.run.id}:${b.cell.label}`,
    "",
    ...parts,
    ...(comparability.differences.length === 0
      ? []
      : ["", ...comparability.differences.map(([what, one, other]) => `${what}: ${one} | ${other}`)]),
    "",
    ...figures(comparison),
    `• ${comparison.verdict.sentence}`,
  ].join("\n");
}

const MEMORY_NAMES = { device: "device memory", anonymous: "memory", resident: "resident memory" } as const;

/** Ratios are reference over candidate: above 1 the candidate is better. */
function figures(comparison: Comparison): string[] {
  const { latencyRatio, memoryRatio, decodeRatio, accuracyDelta, flips, jaccard, tokens, texts } = comparison;
  const { normalizedAccuracyDelta: normalized } = comparison;
  const interval = ({ low, high }: { low: number | null; high: number | null }): string =>
    low === null || high === null ? "" : ` (95 % CI ${significant(low)} to ${significant(high)})`;
  const ratio = (row: Comparison["latencyRatio"][number]): string =>
    `× ${significant(row.ratio)}${ratioEnds(row, significant)}`;
  return [
    ...latencyRatio.map((row) => `speed at batch ${row.batchSize}: ${ratio(row)}`),
    ...decodeRatio.map((row) => `decoding after ${row.depth}, ${row.way}: ${ratio(row)}`),
    ...memoryRatio.map((row) => `${MEMORY_NAMES[row.of]} at batch ${row.batchSize}: ${ratio(row)}`),
    ...(accuracyDelta
      ? [
          `accuracy: ${signed(accuracyDelta.points, 1)} points (95 % CI ${signed(accuracyDelta.low, 1)} to ${signed(accuracyDelta.high, 1)}; ${pValue(accuracyDelta.mcnemarP)})`,
        ]
      : []),
    ...(normalized
      ? [
          `accuracy by characters: ${signed(normalized.points, 1)} points (95 % CI ${signed(normalized.low, 1)} to ${signed(normalized.high, 1)}; ${pValue(normalized.mcnemarP)})`,
        ]
      : []),
    ...(flips
      ? [`flips: ${flips.rightToWrong} right to wrong, ${flips.wrongToRight} wrong to right, of ${flips.questions}`]
      : []),
    ...Object.entries(jaccard).map(([k, value]) => `Jaccard@${k}: ${value.mean.toFixed(3)}${interval(value)}`),
    ...(tokens?.kl?.mean == null
      ? []
      : [`KL divergence: ${tokens.kl.exact ? "" : "≥ "}${significant(tokens.kl.mean)} nats${interval(tokens.kl)}`]),
    ...(texts?.perplexity?.ratio == null
      ? []
      : [`perplexity: × ${texts.perplexity.ratio.toFixed(4)}${interval(texts.perplexity)}`]),
  ];
}
