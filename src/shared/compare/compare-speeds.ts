/** Time and memory of two cells, launch by launch. Ratios are reference over candidate: above 1 the candidate is better. */
import { decodeTokensPerSecond } from "../metrics/generation-speed.ts";
import type { CellResult, Comparison, DecodeResult, ForwardResult } from "../results.ts";

import { batchCrossover } from "../stats/crossover.ts";
import { asShown, launchRatio, ratioOfMedians } from "../stats/launch-ratio.ts";
import { launchMedians, type LaunchSamples } from "../stats/launch-summary.ts";
import { medianInterval } from "../stats/median-interval.ts";
import { median } from "../stats/quantile.ts";
import { memoryRatio } from "./memory-of.ts";

type Speeds = Pick<Comparison, "latencyRatio" | "computeRatio" | "decodeRatio" | "memoryRatio" | "crossover">;
type Ratio = Omit<Comparison["latencyRatio"][number], "batchSize">;

export function compareSpeeds(reference: CellResult, candidate: CellResult): Speeds {
  const pairs = pairBatches(reference, candidate);
  const timed = (field: "latencyMs" | "computeMs"): Comparison["latencyRatio"] =>
    pairs.flatMap(([ours, theirs]) => {
      const ratio = ratioOf(timedLaunches(ours, field), timedLaunches(theirs, field));
      return ratio ? [{ batchSize: ours.batchSize, ...ratio }] : [];
    });
  const latencyRatio = timed("latencyMs");
  return {
    latencyRatio,
    computeRatio: timed("computeMs"),
    decodeRatio: decodeRatios(reference, candidate),
    memoryRatio: pairs.flatMap(([{ batchSize }]) => memoryRatio(reference, candidate, batchSize) ?? []),
    crossover: crossoverOf(latencyRatio),
  };
}

function pairBatches(reference: CellResult, candidate: CellResult): [ForwardResult, ForwardResult][] {
  return reference.forward.flatMap((ours) => {
    const theirs = candidate.forward.find(
      ({ batchSize, sequenceLength }) => batchSize === ours.batchSize && sequenceLength === ours.sequenceLength,
    );
    return theirs ? [[ours, theirs] as [ForwardResult, ForwardResult]] : [];
  });
}

/** The times of each timing launch that took any; `computeMs` without the copy of the logits. */
export function timedLaunches({ launches }: ForwardResult, field: "latencyMs" | "computeMs"): LaunchSamples[] {
  return launches
    .filter(({ kind, skipped }) => kind === "timing" && skipped === null)
    .map((launch) => ({ launch: launch.launch, samples: launch[field] }))
    .filter(({ samples }) => samples.length > 0);
}

/** Over launches; with one launch each the two medians' intervals joined, which speak of that launch's runs only. */
function ratioOf(reference: readonly LaunchSamples[], candidate: readonly LaunchSamples[]): Ratio | null {
  const overLaunches = ratioOfMedians(reference, candidate);
  if (overLaunches && overLaunches.launches > 1) return overLaunches;
  const [ours, theirs] = [reference[0], candidate[0]];
  if (!ours || !theirs) return null;
  const a = medianInterval(ours.samples);
  const b = medianInterval(theirs.samples);
  if (!a || !b) return null;
  const sure = a.kind === "order-statistics" && b.kind === "order-statistics";
  const found = { low: a.low / b.high, high: a.high / b.low, kind: sure ? "runs" : "range", launches: 1 } as const;
  // Of launches that the other side has not, too: their median is what is shown.
  const [shown, other] = [reference, candidate].map((launches) => median([...launchMedians(launches).values()]));
  return asShown({ ratio: a.median / b.median, ...found }, shown! / other!);
}

function decodeRatios(reference: CellResult, candidate: CellResult): Comparison["decodeRatio"] {
  const samples = ({ launches }: DecodeResult, way: "user" | "compute"): LaunchSamples[] =>
    launches
      .filter((launch) => launch.way === way && launch.interTokenMs.length > 0)
      .map(({ launch, interTokenMs }) => ({ launch, samples: interTokenMs }));
  return reference.decode.flatMap((ours) => {
    const { batchSize, depth, promptTokens } = ours;
    const theirs = candidate.decode.find(
      (row) => row.batchSize === batchSize && row.depth === depth && row.promptTokens === promptTokens,
    );
    if (!theirs) return [];
    return (["user", "compute"] as const).flatMap((way) => {
      const ratio = rateRatio(samples(ours, way), samples(theirs, way));
      return ratio ? [{ batchSize, depth, way, ...ratio }] : [];
    });
  });
}

/** Of tokens over time, as speeds are shown, which a launch's median step is not; one launch's runs are its steps. */
function rateRatio(reference: readonly LaunchSamples[], candidate: readonly LaunchSamples[]): Ratio | null {
  const [ours, theirs] = [reference, candidate].map((launches) =>
    launches.flatMap(({ launch, samples }) => {
      const rate = decodeTokensPerSecond({ batchSize: 1, interTokenMs: samples });
      return rate === null ? [] : [{ launch, samples: [rate] }];
    }),
  );
  const rates = [ours!, theirs!].map((launches) => median([...launchMedians(launches).values()]));
  if (rates[0] == null || rates[1] == null) return null;
  // Of speeds the greater is the better one.
  const over = launchRatio(theirs!, ours!);
  const found = over && over.launches > 1 ? over : ratioOf(reference, candidate);
  return found && asShown(found, rates[1] / rates[0]);
}

function crossoverOf(ratios: Comparison["latencyRatio"]): Comparison["crossover"] {
  const known = ratios.filter(({ kind }) => kind !== "runs");
  if (known.length < 2) return null;
  const { kind, direction, between, estimate } = batchCrossover(
    known.map((row) => ({ ...row, kind: row.kind === "signed-rank" ? "signed-rank" : "range" })),
  );
  return { kind, direction, between: between && [between[0], between[1]], estimate };
}

/** Median over the launches, for tables. */
export function medianLatencyMs(result: ForwardResult): number | null {
  return median([...launchMedians(timedLaunches(result, "latencyMs")).values()]);
}
