import type { Depth } from "#shared/depths.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { Comparison } from "#shared/results.ts";
import type { SpecInput } from "#shared/spec.ts";

/** Largest batch size is small: what is asked is how well the machine repeats itself, not how large it is. */
const BATCH_SIZES = [1, 4];

/** The same cell twice, in turns: whatever differs between them is noise. */
export function calibrationSpec(title: string, model: string, format: FormatId, depth: Depth): SpecInput {
  return {
    schemaVersion: 1,
    name: `${title}: ${model} ${format}, ${depth}`,
    model,
    depth,
    cells: [{ format }, { format }],
    passes: { forward: { batchSizes: BATCH_SIZES }, decode: { depths: [0] } },
  };
}

/** `unsure`: there were too few launches for an interval, and low and high are only the range of what was seen. */
export type NoiseVerdict = "same" | "differs" | "unsure";

interface NoiseRow {
  readonly what: string;
  /** How much slower or larger the second was than the first, in percent, with its interval. */
  readonly percent: number;
  readonly low: number;
  readonly high: number;
  /** Two measurements of the same thing are the same where zero lies in the interval. */
  readonly verdict: NoiseVerdict;
}

/** What two measurements of the same thing differ by. Ratios are reference over candidate; here they are changes. */
export function noiseRows({ latencyRatio, decodeRatio, memoryRatio }: Comparison): NoiseRow[] {
  const timed = [
    ...latencyRatio.map((ratio) => ({ what: `Latency, batch ${ratio.batchSize}`, ratio })),
    ...decodeRatio
      .filter(({ way }) => way === "user")
      .map((ratio) => ({ what: `Decode, batch ${ratio.batchSize}`, ratio })),
  ];
  return [
    ...timed.map(({ what, ratio }) => noiseRow(what, ratio, ratio.kind === "signed-rank")),
    ...memoryRatio.map((ratio) =>
      noiseRow(`Peak memory, batch ${ratio.batchSize}`, ratio, ratio.kind === "signed-rank"),
    ),
  ];
}

function noiseRow(
  what: string,
  { ratio, low, high }: { readonly ratio: number; readonly low: number; readonly high: number },
  isInterval: boolean,
): NoiseRow {
  const change = (value: number): number => 100 * (1 / value - 1);
  const ends = [change(low), change(high)];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const verdict = !isInterval ? "unsure" : least <= 0 && most >= 0 ? "same" : "differs";
  return { what, percent: change(ratio), low: least, high: most, verdict };
}
