/** Which way is better. `none`: the number explains another one and is not coloured. */
export type MetricDirection = "lower" | "higher" | "none";

/**
 * `share` and `index` run from 0 to 1; `shareDifference` is a difference of shares, shown as percentage points; `points` are
 * percentage points already.
 */
type MetricUnit =
  | "share"
  | "shareDifference"
  | "points"
  | "index"
  | "nats"
  | "ratio"
  | "perplexity"
  | "bytes"
  | "ms"
  | "tokens/s"
  | "words/min";

/** What the window, the tables and the exports need to know of a metric; its formula lives in the same file. */
interface MetricDescriptor<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  readonly unit: MetricUnit;
  readonly direction: MetricDirection;
  /** One line for people: over what the value is aggregated, how, and where its interval comes from. */
  readonly aggregation: string;
}

/** A frozen descriptor that keeps its id as a literal type. */
export function describeMetric<const Id extends string>(descriptor: MetricDescriptor<Id>): MetricDescriptor<Id> {
  return Object.freeze(descriptor);
}
