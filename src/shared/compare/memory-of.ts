/**
 * How much memory a cell needs at a batch size: one number and where it comes from, for the tables, the verdict, the Pareto
 * front, charts, limits, Compare, trends and exports alike (docs/measurement.md, "Memory").
 */
import { MEMORY_OF, memoryDiffers, type MemoryOf } from "../metrics/peak-memory.ts";
import type { Comparison, ForwardLaunch, Launch } from "../results.ts";
import { excludes } from "../stats/interval.ts";
import { ratioOfMedians } from "../stats/launch-ratio.ts";
import { median } from "../stats/quantile.ts";
import { mebibytes } from "../format-numbers.ts";

/** Which processes are read, and what of them: numbers of one basis only are compared. */
export interface MemoryBasis {
  readonly of: MemoryOf;
  /** `memory`: processes of one batch size alone. `timing`: those in which smaller batch sizes ran before. */
  readonly kind: ForwardLaunch["kind"];
}

export interface HeadlineMemory extends MemoryBasis {
  /** Peak above the idle process, the median of the launches. */
  readonly bytes: number;
  /** The peak of each launch, by its number. */
  readonly byLaunch: ReadonlyMap<number, number>;
  /** Pages of mapped files beside it, above the idle process's, the median; null where they are not told apart. */
  readonly mappedBytes: number | null;
}

type MeasuredLaunch = Pick<
  ForwardLaunch,
  "launch" | "kind" | "skipped" | "peakMemoryBytes" | "runPeakBytes" | "fileBytes" | "deviceMemoryBytes"
>;

/** What is read of a cell. */
interface Measured {
  readonly forward: readonly { readonly batchSize: number; readonly launches: readonly MeasuredLaunch[] }[];
  readonly launches: readonly Pick<Launch, "kind" | "launch" | "batchSize" | "memory">[];
}
const KINDS: readonly ForwardLaunch["kind"][] = ["memory", "timing"];

/** @param basis default: the best that this cell alone has. Null where the cell has nothing of that basis. */
export function headlineMemory(
  cell: Measured,
  batchSize: number,
  basis = memoryBasis([cell], batchSize),
): HeadlineMemory | null {
  if (basis === null) return null;
  const readings = readingsOf(cell, batchSize, basis.kind);
  const byLaunch = new Map(readings.flatMap((row) => (row[basis.of] === null ? [] : [[row.launch, row[basis.of]!]])));
  const bytes = median([...byLaunch.values()]);
  if (bytes === null) return null;
  const mapped = basis.of === "anonymous" ? median(readings.flatMap((row) => row.mapped ?? [])) : null;
  return { ...basis, bytes: Math.round(bytes), byLaunch, mappedBytes: mapped === null ? null : Math.round(mapped) };
}

/**
 * What all of these cells can be read by: processes of one batch size alone where each has them, the device's memory where each
 * used one, own memory where the system told it for each. Cells without the batch size are left out; null where none has it.
 * @param of leave `device` out for the memory of the machine
 */
export function memoryBasis(
  cells: readonly Measured[],
  batchSize: number,
  of: readonly MemoryOf[] = MEMORY_OF,
): MemoryBasis | null {
  const measured = cells.filter((cell) => KINDS.some((kind) => readingsOf(cell, batchSize, kind).length > 0));
  if (measured.length === 0) return null;
  for (const kind of KINDS) {
    const all = measured.map((cell) => readingsOf(cell, batchSize, kind));
    const found = of.find((each) => all.every((rows) => rows.length > 0 && rows.every((row) => row[each] !== null)));
    if (found) return { of: found, kind };
  }
  return null;
}

type Reading = Readonly<Record<MemoryOf | "mapped", number | null>> & { readonly launch: number };

function readingsOf({ forward, launches }: Measured, batchSize: number, kind: ForwardLaunch["kind"]): Reading[] {
  const rows = forward.filter((row) => row.batchSize === batchSize).flatMap((row) => row.launches);
  return rows
    .filter((row) => row.kind === kind && row.skipped === null)
    .map((row) => {
      // A driver that reports 0 has not told.
      const device = row.deviceMemoryBytes === 0 ? null : row.deviceMemoryBytes;
      const parts = anonymousPeak({ ...row, batchSize }, launches);
      return { launch: row.launch, device, resident: row.peakMemoryBytes, ...parts };
    })
    .filter(({ device, resident }) => device !== null || resident !== null);
}

/**
 * Peaks less the pages of files that were mapped right after them, loading and runs each, above the idle process's own memory.
 * On Linux only, where the high-water mark can be set back, and of versions that stored the idle process's parts.
 */
export function anonymousPeak(
  { kind, launch, batchSize, runPeakBytes, fileBytes }: MeasuredLaunch & { readonly batchSize: number },
  launches: Measured["launches"],
): { readonly anonymous: number | null; readonly mapped: number | null } {
  const process = launches.find(
    (each) => each.kind === kind && each.launch === launch && (kind === "timing" || each.batchSize === batchSize),
  );
  const memory = process?.memory;
  const { baseFileBytes, loadFileBytes } = memory ?? {};
  if (
    memory?.source !== "VmHWM" ||
    baseFileBytes === undefined ||
    loadFileBytes === undefined ||
    runPeakBytes === null ||
    fileBytes === null
  ) {
    return { anonymous: null, mapped: null };
  }
  const loading = memory.loadPeakBytes - (loadFileBytes - baseFileBytes);
  const running = runPeakBytes - (fileBytes - baseFileBytes);
  return { anonymous: Math.max(0, loading, running), mapped: Math.max(0, fileBytes - baseFileBytes) };
}

/** Both at one batch size, read by what both have. Null where either was not measured, or they have no launch in common. */
export function memoryRatio(
  reference: Measured,
  candidate: Measured,
  batchSize: number,
): Comparison["memoryRatio"][number] | null {
  const basis = memoryBasis([reference, candidate], batchSize);
  const [ours, theirs] = [reference, candidate].map((cell) => headlineMemory(cell, batchSize, basis));
  if (!basis || !ours || !theirs) return null;
  const samples = ({ byLaunch }: HeadlineMemory): { launch: number; samples: number[] }[] =>
    [...byLaunch].flatMap(([launch, bytes]) => (bytes > 0 ? [{ launch, samples: [bytes] }] : []));
  const ratio = ratioOfMedians(samples(ours), samples(theirs));
  return ratio && { batchSize, ...ratio, of: basis.of, referenceBytes: ours.bytes, candidateBytes: theirs.bytes };
}

/** `same` where the peaks differ by less than launches scatter, or what was seen of their ratio holds 1. */
export function memoryFinding(ratio: Comparison["memoryRatio"][number]): "less" | "more" | "same" {
  const { referenceBytes, candidateBytes } = ratio;
  if (!memoryDiffers(referenceBytes, candidateBytes) || !excludes(ratio, 1)) return "same";
  return ratio.ratio > 1 ? "less" : "more";
}

/** What a headline counts, for a note: `own memory; 130 MiB of mapped files beside it`. */
export function memoryWords({ of, mappedBytes }: Pick<HeadlineMemory, "of" | "mappedBytes">): string {
  if (of === "device") return "device memory";
  if (of === "resident") return "resident memory, mapped files included";
  return `own memory${mappedBytes === null ? "" : `; ${mebibytes(mappedBytes)} MiB of mapped files beside it`}`;
}
