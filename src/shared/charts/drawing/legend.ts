/** Which series is which, and what the ends beside values are; entries side by side, a new row where the next does not fit. */
import { type Ends, ENDS_NAMES } from "../../stats/ends.ts";
import type { ChartModel } from "../model.ts";
import { endsStyle, whiskerPath } from "./ends.ts";
import { drawSample } from "./marker.ts";
import { type Pen, rectPath } from "./pen.ts";
import { shortNames } from "./short-names.ts";
import { textWidth } from "./text-width.ts";

const SIZE = 12;
const ROW = 19;
const GAP = 16;

interface Entry {
  readonly label: string;
  /** Of what stands before the label. */
  readonly sample: number;
  readonly draw: (pen: Pen, x: number, y: number) => void;
  readonly tone: "text" | "muted";
}

export interface Legend {
  readonly height: number;
  readonly draw: (pen: Pen, left: number, top: number) => void;
}

export function legendOf(model: ChartModel, width: number): Legend {
  const entries = [...seriesEntries(model), ...endsEntries(model)];
  let [x, row] = [0, 0];
  const placed = entries.map((entry) => {
    const wide = entry.sample + textWidth(entry.label, SIZE);
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    const at = { entry, x, row };
    x += wide + GAP;
    return at;
  });
  return {
    height: entries.length === 0 ? 0 : (row + 1) * ROW + 6,
    draw(pen, left, top) {
      for (const { entry, x: from, row: line } of placed) {
        const middle = top + line * ROW + ROW / 2;
        entry.draw(pen, left + from, middle);
        pen.text(entry.label, left + from + entry.sample, middle + 4, { size: SIZE, tone: entry.tone });
      }
    },
  };
}

/** None where the names stand at the axis already. */
function seriesEntries({ kind, series, x }: ChartModel): Entry[] {
  const named = series.every(({ label }) => x.categories.includes(label));
  if (x.scale === "category" && named) return [];
  const names = shortNames(series.map(({ label }) => label));
  const sample = kind === "lines" || kind === "stream" ? 34 : 15;
  return series.map((each, index) => ({
    label: each.reference ? `${names[index]!} (reference)` : names[index]!,
    sample,
    draw: (pen, left, y) => {
      drawSample(pen, kind, each, left + (sample - 6) / 2, y);
    },
    tone: "text",
  }));
}

function endsEntries({ kind, series }: ChartModel): Entry[] {
  const seen = new Set(series.flatMap(({ points }) => points.flatMap(({ ends, xEnds }) => [ends, xEnds])));
  const banded = kind === "lines" || kind === "stream";
  return (["interval", "runs", "range"] as const)
    .filter((ends) => seen.has(ends))
    .map((ends) => ({
      label: ENDS_NAMES[ends],
      sample: banded && ends !== "range" ? 20 : 12,
      draw: (pen, left, y) => {
        if (banded && ends !== "range") pen.path(rectPath(left, y - 5, 14, 10), { fill: "muted", opacity: 0.25 });
        else drawEnds(pen, ends, left + 5, y);
      },
      tone: "muted",
    }));
}

function drawEnds(pen: Pen, ends: Ends, x: number, y: number): void {
  pen.path(whiskerPath(ends, "y", x, y - 6, y + 6), endsStyle(ends, "muted"));
}
