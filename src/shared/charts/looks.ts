import type { FormatId } from "../formats/formats.ts";
import { FORMAT_MARKS } from "../formats/marks.ts";
import { PROVIDER_FILLS } from "../providers/marks.ts";
import type { ProviderId } from "../providers/providers.ts";
import type { SeriesLook } from "./model.ts";

/** What a cell's look depends on. */
export interface LookOf {
  readonly format: FormatId;
  readonly provider: ProviderId;
}

/** Colour, marker and dash of the format, the provider inside the marker; in the order of `cells`. */
export function looksOf(cells: readonly LookOf[]): SeriesLook[] {
  const seen = new Map<string, number>();
  return cells.map(({ format, provider }) => {
    const key = `${format}@${provider}`;
    const variant = seen.get(key) ?? 0;
    seen.set(key, variant + 1);
    const { marker, dash } = FORMAT_MARKS[format];
    return { tone: format, marker, dash, fill: PROVIDER_FILLS[provider], variant };
  });
}
