/**
 * A forest plot as plain data: candidates in rows, measures side by side, each with its own axis and the line of no difference. On
 * every axis what lies right of that line is better for the candidate.
 */
import type { Ends } from "../stats/ends.ts";
import type { ChartAxis, SeriesLook } from "./model.ts";

export interface ForestPoint {
  /** In the unit of the panel's axis. */
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly ends: Ends | null;
  /** As it stands beside the row: `3.9x`, `−1.2`. */
  readonly text: string;
  /** What the readout adds: `95 % interval over 6 launches`. */
  readonly note: string | null;
}

export interface ForestPanel {
  readonly id: string;
  /** `Memory`. */
  readonly title: string;
  readonly axis: ChartAxis;
  /** Where a candidate does not differ from the reference: 1 of ratios, 0 of differences. */
  readonly same: number;
  /** What the user accepts at most lies left of it; null without a limit. */
  readonly limit: number | null;
  /** One a row; null where it was not measured. */
  readonly points: readonly (ForestPoint | null)[];
}

export interface ForestModel {
  readonly id: string;
  readonly kind: "forest";
  readonly title: string;
  /** What the rows are compared with and what the ends are, in one line. */
  readonly note: string;
  readonly rows: readonly { readonly label: string; readonly look: SeriesLook }[];
  /** Those of which some row has a point. */
  readonly panels: readonly ForestPanel[];
  /** What to say in place of an empty chart, and what would fill it. */
  readonly empty: string;
}
