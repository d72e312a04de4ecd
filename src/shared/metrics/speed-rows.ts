/** How fast a cell is, one row a batch size or depth. */
import { decodeTokensPerSecond } from "./generation-speed.ts";
import { METRICS } from "./index.ts";
import { forwardSpeed, scalingEfficiency } from "./latency.ts";
import { medianLatencyMs, timedLaunches } from "../compare/compare-speeds.ts";
import { endsWords } from "../stats/ends.ts";
import { grouped, plural, significant, times } from "../format-numbers.ts";
import type { CellResult, ForwardResult } from "../results.ts";
import { launchSummary } from "../stats/launch-summary.ts";
import type { RowOf } from "../tables/metric-grid.ts";
import { overLaunches, speedDifference, within } from "./metric-values.ts";

export function latencyRow(batch: number): RowOf {
  return {
    id: `latency-${batch}`,
    group: "Speed",
    label: `Latency, batch ${batch}`,
    unit: "ms",
    definition: `${METRICS.latency.label}, logits fetched: ${METRICS.latency.aggregation}.`,
    of: ({ cell, comparison }) => {
      const row = forwardAt(cell, batch);
      const summary = row && launchSummary(timedLaunches(row, "latencyMs"));
      if (!summary) return null;
      const { median: ms, low, high, kind, over, p10, p90, min, outliersSeen } = summary;
      const runs = plural(summary.runs, "run");
      const ends = kind === "range" ? "range" : over === "runs" ? "runs" : "interval";
      const [n, noun] = over === "runs" ? ([summary.runs, "run"] as const) : ([summary.launches, "launch"] as const);
      const note = `median, ${endsWords(ends, n, noun)}${over === "runs" ? (ends === "range" ? " of 1 launch" : "") : `, ${runs}`}`;
      const all = `; runs: least ${significant(min)}, p10 ${significant(p10)}, p90 ${significant(p90)}`;
      const ratio = comparison?.latencyRatio.find(({ batchSize }) => batchSize === batch);
      return {
        ...within(ms, low, high, significant),
        ends,
        note: `${note}${all}${outliersSeen > 0 ? `, ${plural(outliersSeen, "outlier")}` : ""}`,
        difference: speedDifference(ratio),
      };
    },
  };
}

/** What a batch gives that its sequences one by one do not. */
export function throughputRow(batch: number): RowOf {
  return {
    id: `throughput-${batch}`,
    group: "Speed",
    label: `Throughput, batch ${batch}`,
    unit: "tokens/s",
    definition:
      "Tokens of a forward pass over its latency, with the latency's interval; and how many times that of batch 1.",
    of: ({ cell }) => {
      const row = forwardAt(cell, batch);
      const summary = row && launchSummary(timedLaunches(row, "latencyMs"));
      if (!summary) return null;
      const { median: ms, low, high, kind, over } = summary;
      const ends = kind === "range" ? "range" : over === "runs" ? "runs" : "interval";
      const [middle, fastest, slowest] = [ms, low, high].map((each) => forwardSpeed(each, batch, row.sequenceLength));
      const single = forwardAt(cell, 1);
      const singleMs = single?.sequenceLength === row.sequenceLength ? medianLatencyMs(single) : null;
      const gain = singleMs === null ? "" : `, ${times(scalingEfficiency(batch, ms, singleMs))} that of batch 1`;
      return {
        ...within(middle!.tokensPerSecond, slowest!.tokensPerSecond, fastest!.tokensPerSecond, significant),
        ends,
        note: `${endsWords(ends, over === "runs" ? summary.runs : summary.launches, over === "runs" ? "run" : "launch")}; ${significant(middle!.msPerSequence)} ms a sequence${gain}`,
        difference: null,
      };
    },
  };
}

export function decodeRow(depth: number, way: "user" | "compute"): RowOf {
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
      const row = cell.decode.find((each) => each.depth === depth);
      if (!row) return null;
      const speeds = row.launches
        .filter((launch) => launch.way === way && launch.skipped === null)
        .flatMap((launch) => decodeTokensPerSecond(launch) ?? []);
      const value = overLaunches(speeds, row.batchSize > 1 ? `, batch ${row.batchSize}` : "");
      const ratio = comparison?.decodeRatio.find(
        (each) => each.depth === depth && each.way === way && each.batchSize === row.batchSize,
      );
      return value && { ...value, difference: speedDifference(ratio) };
    },
  };
}

export function forwardAt({ forward }: CellResult, batch: number): ForwardResult | undefined {
  return forward.find(({ batchSize }) => batchSize === batch);
}
