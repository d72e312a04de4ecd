/** What a cell costs: its file, memory and time. */
import type { GenerationRow } from "#shared/api.ts";
import { METRICS } from "#shared/metrics/index.ts";
import { decodeTokensPerSecond } from "#shared/report/join-launches.ts";
import { grouped, mebibytes, megabytes, plural, significant, times } from "#shared/report/quantities.ts";
import type { CellResult, Comparison, DecodeResult, ForwardResult } from "#shared/results.ts";
import { medianInterval } from "#shared/stats/median-interval.ts";
import { median } from "#shared/stats/quantile.ts";
import type { Column, MetricValue, RowOf, Tone } from "./metric-rows.ts";

const MIB = 2 ** 20;
const MB = 1e6;
/** Sizes that are nearer than this are the same. */
const SAME_SHARE = 0.02;

export function costRows(columns: readonly Column[], generations: readonly GenerationRow[]): RowOf[] {
  const cells = columns.map(({ cell }) => cell);
  const reference = columns.find(({ comparison }) => comparison === undefined)?.cell;
  const batches = cells.flatMap(({ forward }) => forward.map(({ batchSize }) => batchSize));
  const edges = [...new Set([Math.min(...batches), Math.max(...batches)])].filter(Number.isFinite);
  const depths = [...new Set(cells.flatMap(({ decode }) => decode.map(({ depth }) => depth)))].sort((a, b) => a - b);
  return [
    {
      id: "file",
      group: "Size",
      label: "File",
      unit: "MB",
      definition: "Size of the ONNX file with its external data, in megabytes of 10^6 bytes.",
      of: ({ cell, comparison }) => ({
        ...exactly(megabytes(cell.bytes), cell.bytes / MB, "the file itself"),
        difference: comparison && reference ? sizeDifference(reference.bytes / cell.bytes, "smaller", "larger") : null,
      }),
    },
    {
      id: "bits",
      group: "Size",
      label: "Bits per weight",
      unit: "bits",
      definition: "Bytes of all weights, scales and zero points included, by the number of parameters.",
      of: ({ cell }) =>
        cell.bitsPerWeight === null
          ? null
          : exactly(cell.bitsPerWeight.toFixed(2), cell.bitsPerWeight, "read from the graph"),
    },
    {
      id: "load",
      group: "Size",
      label: "Load",
      unit: "ms",
      definition: "Time to create the session; median over launches, smallest to largest below six.",
      of: ({ cell }) =>
        overLaunches(
          cell.launches.filter(({ kind }) => kind === "timing").flatMap(({ loadMs }) => loadMs ?? []),
          significant,
        ),
    },
    ...edges.map((batch): RowOf => memoryRow(batch)),
    ...edges.map((batch): RowOf => ({
      id: `device-${batch}`,
      group: "Memory",
      label: `Device memory, batch ${batch}`,
      unit: "MiB",
      definition: "Memory of the GPU that the process used at most; median over launches.",
      of: ({ cell }) => {
        const bytes = forwardAt(cell, batch)?.deviceMemoryBytes ?? null;
        return bytes === null ? null : exactly(mebibytes(bytes), bytes / MIB, "median over launches");
      },
    })),
    ...edges.map((batch): RowOf => latencyRow(batch)),
    ...depths.flatMap((depth): RowOf[] => [decodeRow(depth, "user"), decodeRow(depth, "compute")]),
    {
      id: "words-answers",
      group: "Speed",
      label: "Words per minute, answers",
      unit: "words/min",
      definition: `${METRICS.wordsPerMinute.label}: ${METRICS.wordsPerMinute.aggregation}. Of the generated answers, which are short.`,
      of: ({ cell }) => {
        const asked = cell.benchmark.find(({ mode }) => mode === "generate");
        return asked?.wordsPerMinute == null
          ? null
          : exactly(grouped(asked.wordsPerMinute), asked.wordsPerMinute, "over all generated answers");
      },
    },
    {
      id: "words-texts",
      group: "Speed",
      label: "Words per minute, texts",
      unit: "words/min",
      definition: `${METRICS.wordsPerMinute.label}: words over the time from the prompt to the last token; median over prompts.`,
      of: ({ cell }) => wordsOf(cell.label, generations),
    },
  ];
}

function memoryRow(batch: number): RowOf {
  return {
    id: `memory-${batch}`,
    group: "Memory",
    label: `Peak memory, batch ${batch}`,
    unit: "MiB",
    definition: `${METRICS.peakMemory.label}: ${METRICS.peakMemory.aggregation}. Above the idle process with ONNX Runtime loaded.`,
    of: ({ cell, comparison }) => {
      const row = forwardAt(cell, batch);
      if (row?.peakMemoryBytes == null) return null;
      const alone = row.launches.filter(({ kind }) => kind === "memory");
      const of = alone.length > 0 ? alone : row.launches;
      const bytes = of.flatMap(({ peakMemoryBytes }) => peakMemoryBytes ?? []);
      const [low, high] = bytes.length > 1 ? [Math.min(...bytes), Math.max(...bytes)] : [null, null];
      const ratio = comparison?.memoryRatio.find(({ batchSize }) => batchSize === batch);
      return {
        value: mebibytes(row.peakMemoryBytes),
        low: low === null ? null : mebibytes(low),
        high: high === null ? null : mebibytes(high),
        note: `median of ${launches(bytes.length)}, smallest to largest${row.swapped ? "; part of it was swapped out" : ""}`,
        exact: [row.peakMemoryBytes / MIB, low === null ? null : low / MIB, high === null ? null : high / MIB],
        difference: ratio
          ? differenceOf(ratio.ratio, ratio.low, ratio.high, "less", "more", insideSame(ratio.ratio) ? "same" : "sure")
          : null,
      };
    },
  };
}

function latencyRow(batch: number): RowOf {
  return {
    id: `latency-${batch}`,
    group: "Speed",
    label: `Latency, batch ${batch}`,
    unit: "ms",
    definition: `${METRICS.latency.label}, logits fetched: ${METRICS.latency.aggregation}.`,
    of: ({ cell, comparison }) => {
      const row = forwardAt(cell, batch);
      const timed = row?.launches.filter(({ kind, latencyMs }) => kind === "timing" && latencyMs.length > 0) ?? [];
      const [first, second] = timed;
      if (!first) return null;
      const runs = timed.reduce((sum, { latencyMs }) => sum + latencyMs.length, 0);
      const value = second
        ? overLaunches(
            timed.map(({ latencyMs }) => median(latencyMs)!),
            significant,
            `, ${plural(runs, "run")}`,
          )
        : overRuns(first.latencyMs);
      const ratio = comparison?.latencyRatio.find(({ batchSize }) => batchSize === batch);
      return value && { ...value, difference: speedDifference(ratio) };
    },
  };
}

function decodeRow(depth: number, way: "user" | "compute"): RowOf {
  return {
    id: `decode-${depth}-${way}`,
    group: "Speed",
    label: `Decode at depth ${grouped(depth)}${way === "compute" ? ", no copy" : ""}`,
    unit: "tokens/s",
    definition: `${METRICS.decodeSpeed.label}: ${METRICS.decodeSpeed.aggregation}. ${
      way === "user"
        ? "As a JavaScript program gets it, the cache copied at every step."
        : "Without the copy of the cache: what the provider itself takes."
    }`,
    of: ({ cell, comparison }) => {
      const row = decodeAt(cell, depth);
      if (!row) return null;
      const speeds = row.launches
        .filter((launch) => launch.way === way && launch.skipped === null)
        .flatMap((launch) => decodeTokensPerSecond(launch) ?? []);
      const value = overLaunches(speeds, significant, row.batchSize > 1 ? `, batch ${row.batchSize}` : "");
      const ratio = comparison?.decodeRatio.find(
        (each) => each.depth === depth && each.way === way && each.batchSize === row.batchSize,
      );
      return value && { ...value, difference: speedDifference(ratio) };
    },
  };
}

function wordsOf(label: string, generations: readonly GenerationRow[]): MetricValue | null {
  const rates = generations.flatMap(({ texts }) => texts.find(({ cell }) => cell === label)?.wordsPerMinute ?? []);
  const middle = median(rates);
  if (middle === null) return null;
  if (rates.length === 1) return exactly(grouped(middle), middle, "1 text");
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  return {
    value: grouped(middle),
    low: grouped(low),
    high: grouped(high),
    note: `median of ${plural(rates.length, "text")}, slowest to fastest`,
    exact: [middle, low, high],
    difference: null,
  };
}

type LaunchRatio = Pick<Comparison["latencyRatio"][number], "ratio" | "low" | "high" | "kind">;

function speedDifference(ratio: LaunchRatio | undefined): MetricValue["difference"] {
  if (!ratio) return null;
  const { ratio: value, low, high, kind } = ratio;
  return differenceOf(value, low, high, "faster", "slower", kind === "range" ? "range" : "sure");
}

/** Coloured only where the interval excludes no change; a range over a few launches is no interval. */
function differenceOf(
  ratio: number,
  low: number,
  high: number,
  good: string,
  bad: string,
  how: "sure" | "range" | "same",
): MetricValue["difference"] {
  const excludes = how === "sure" && (low > 1 || high < 1);
  const tone: Tone = excludes ? (ratio > 1 ? "better" : "worse") : "none";
  if (how === "same") return { text: "the same", tone };
  const [shown, from, to, word] = ratio >= 1 ? [ratio, low, high, good] : [1 / ratio, 1 / high, 1 / low, bad];
  const [least, most] = [from.toFixed(2), to.toFixed(2)];
  const interval = least === most ? "" : ` (${least}–${most})`;
  if (how === "range") return { text: `${times(shown)} ${word}, too few launches`, tone };
  return { text: excludes ? `${times(shown)} ${word}${interval}` : `no clear change${interval}`, tone };
}

function sizeDifference(ratio: number, good: string, bad: string): MetricValue["difference"] {
  return differenceOf(ratio, ratio, ratio, good, bad, insideSame(ratio) ? "same" : "sure");
}

function insideSame(ratio: number): boolean {
  return Math.abs(ratio - 1) < SAME_SHARE;
}

/** The median of one value a launch, with its interval. */
function overLaunches(values: readonly number[], show: (value: number) => string, more = ""): MetricValue | null {
  const interval = medianInterval(values);
  if (!interval) return null;
  const { median: middle, low, high, n, kind } = interval;
  const how = n === 1 ? "" : kind === "range" ? ", smallest to largest" : ", 95 % interval";
  return {
    value: show(middle),
    low: n === 1 ? null : show(low),
    high: n === 1 ? null : show(high),
    note: `median of ${launches(n)}${more}${how}`,
    exact: n === 1 ? [middle, null, null] : [middle, low, high],
    difference: null,
  };
}

function overRuns(values: readonly number[]): MetricValue | null {
  const value = overLaunches(values, significant);
  if (!value) return null;
  const how = values.length < 6 ? "smallest to largest" : "95 % interval of its runs only";
  return { ...value, note: `median of ${plural(values.length, "run")} of one launch, ${how}` };
}

function exactly(value: string, exact: number, note: string): MetricValue {
  return { value, low: null, high: null, note, exact: [exact, null, null], difference: null };
}

function launches(count: number): string {
  return `${count} ${count === 1 ? "launch" : "launches"}`;
}

function forwardAt({ forward }: CellResult, batch: number): ForwardResult | undefined {
  return forward.find(({ batchSize }) => batchSize === batch);
}

function decodeAt({ decode }: CellResult, depth: number): DecodeResult | undefined {
  return decode.find((row) => row.depth === depth);
}
