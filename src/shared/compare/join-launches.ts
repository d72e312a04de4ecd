/** What several launches measured, as one row a batch size: the numbers that tables show, with the launches inside. */
import { decodeTokensPerSecond, prefillTokensPerSecond } from "../metrics/generation-speed.ts";
import type { DecodeLaunch, DecodeResult, ForwardLaunch, ForwardResult } from "../results.ts";
import { median } from "../stats/quantile.ts";

/** Forward results by batch size. Peaks come from processes of that batch size alone where there are any. */
export function joinForward(launches: readonly ForwardLaunch[]): ForwardResult[] {
  return groups(launches, ({ batchSize, sequenceLength }) => `${batchSize} ${sequenceLength}`).map((group) => {
    const measured = group.filter(({ skipped }) => skipped === null);
    const timed = measured.filter(({ kind }) => kind === "timing");
    const alone = measured.filter(({ kind }) => kind === "memory");
    const forMemory = alone.length > 0 ? alone : timed;
    const medianOf = (rows: readonly ForwardLaunch[], field: NumberField): number | null => {
      const value = median(rows.flatMap((row) => row[field] ?? []));
      return value === null || field === "foreignLoadCores" ? value : Math.round(value);
    };
    return {
      batchSize: group[0]!.batchSize,
      sequenceLength: group[0]!.sequenceLength,
      latencyMs: timed.flatMap(({ latencyMs }) => latencyMs),
      computeMs: timed.flatMap(({ computeMs }) => computeMs),
      warmupMs: timed.flatMap(({ warmupMs }) => warmupMs),
      peakMemoryBytes: medianOf(forMemory, "peakMemoryBytes"),
      runPeakBytes: medianOf(forMemory, "runPeakBytes"),
      anonymousBytes: medianOf(forMemory, "anonymousBytes"),
      fileBytes: medianOf(forMemory, "fileBytes"),
      deviceMemoryBytes: medianOf(forMemory, "deviceMemoryBytes"),
      foreignLoadCores: medianOf(timed, "foreignLoadCores"),
      repeats: timed.reduce((sum, { repeats }) => sum + repeats, 0),
      swapped: measured.some(({ swapped }) => swapped),
      skipped: timed.length > 0 ? null : (group.find(({ kind }) => kind === "timing")?.skipped ?? null),
      launches: group,
    };
  });
}

type NumberField =
  "peakMemoryBytes" | "runPeakBytes" | "anonymousBytes" | "fileBytes" | "deviceMemoryBytes" | "foreignLoadCores";

/** Decode results by batch size and depth. Speeds are total tokens by total time of a launch, the median over launches. */
export function joinDecode(launches: readonly DecodeLaunch[]): DecodeResult[] {
  return groups(launches, ({ batchSize, depth }) => `${batchSize} ${depth}`).map((group) => {
    const of = (way: DecodeLaunch["way"]): readonly DecodeLaunch[] =>
      group.filter((launch) => launch.way === way && launch.skipped === null);
    const [user, compute] = [of("user"), of("compute")];
    const { batchSize, depth, promptTokens } = group[0]!;
    return {
      batchSize,
      depth,
      promptTokens,
      ...speeds(user),
      compute: compute.length === 0 ? null : { ...speeds(compute), method: compute[0]!.method },
      skipped: user.length + compute.length > 0 ? null : (group[0]!.skipped ?? null),
      launches: group,
    };
  });
}

function speeds(
  launches: readonly DecodeLaunch[],
): Pick<DecodeResult, "timeToFirstTokenMs" | "prefillTokensPerSecond" | "decodeTokensPerSecond"> {
  return {
    timeToFirstTokenMs: launches.flatMap(({ timeToFirstTokenMs }) => timeToFirstTokenMs),
    prefillTokensPerSecond: median(launches.flatMap((launch) => prefillTokensPerSecond(launch) ?? [])),
    decodeTokensPerSecond: median(launches.flatMap((launch) => decodeTokensPerSecond(launch) ?? [])),
  };
}

/** Items with the same key together, in the order in which keys first appear. */
function groups<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return [...Map.groupBy(items, keyOf).values()];
}
