import type { ModelLayer } from "#shared/api.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { looksOf } from "#shared/charts/looks.ts";
import { axis, type ChartModel, point } from "#shared/charts/model.ts";

/** Signal-to-noise ratio of each weight in the order of the file: where a format hurts. Exact layers have none. */
export function snrByLayer(layers: readonly ModelLayer[], format: FormatId): ChartModel {
  const [look] = looksOf([{ format, provider: "cpu" }]);
  const points = layers.flatMap(({ name, error }, index) =>
    error?.snrDb == null ? [] : [point(index + 1, error.snrDb, { note: name })],
  );
  return {
    id: "snr-by-layer",
    kind: "scatter",
    title: "Signal-to-noise ratio by layer",
    note: "Of each weight matrix after rounding, in the order of the file. 6 dB are one bit.",
    x: axis("Layer", "", { least: 0 }),
    y: axis("SNR", "dB", { better: "higher" }),
    series: points.length === 0 ? [] : [{ id: format, label: format, reference: false, look: look!, points }],
    guides: [],
    front: [],
    empty: "The weight error of this file is unknown.",
  };
}
