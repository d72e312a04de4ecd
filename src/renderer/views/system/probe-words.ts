/** What the probe found, in words and tones. */
import type { ProbeSquare, ProbeStatus, ProviderProbe } from "#shared/providers/probe.ts";
import { grouped, percent, plural } from "#shared/format-numbers.ts";

export type Tone = "good" | "half" | "bad" | "none";

/** A word short enough for a square of the matrix, and how it looks: shape and word say the same as the colour. */
export const STATUS_WORDS: Readonly<Record<ProbeStatus, { readonly word: string; readonly tone: Tone }>> =
  Object.freeze({
    works: { word: "Works", tone: "good" },
    "falls back": { word: "Falls back", tone: "half" },
    "wrong numbers": { word: "Wrong", tone: "bad" },
    refused: { word: "Refused", tone: "bad" },
    "missing library": { word: "No library", tone: "none" },
    "no device": { word: "No device", tone: "none" },
    "not on this platform": { word: "Not here", tone: "none" },
    crashed: { word: "Crashed", tone: "bad" },
    "timed out": { word: "Timed out", tone: "bad" },
    "not tried": { word: "Not tried", tone: "none" },
  });

/** What a square means for a run; one sentence. */
export const STATUS_SENTENCES: Readonly<Record<ProbeStatus, string>> = Object.freeze({
  works: "Every node ran on the provider, and the numbers are right.",
  "falls back": "The numbers are right, and some nodes ran on the CPU: timings are of both.",
  "wrong numbers": "It runs and computes something else: results of this format here mean nothing.",
  refused: "ONNX Runtime refused the model.",
  "missing library": "The provider's library is not there.",
  "no device": "The library found no device that it can use.",
  "not on this platform": "This provider does not exist on this system.",
  crashed: "The process that tried it died.",
  "timed out": "The process that tried it did not answer in time.",
  "not tried": "It was left out, because this provider had timed out before.",
});

/** `12 on CUDA, 3 on CPU`; null where nothing ran. */
export function placementWords({ placement }: Pick<ProbeSquare, "placement">): string | null {
  const parts = Object.entries(placement).map(
    ([name, count]) => `${grouped(count)} on ${name.replace(/ExecutionProvider$/, "")}`,
  );
  return parts.length === 0 ? null : parts.join(", ");
}

/** `3.1 % (up to 20.0 % is rounding)`; null where nothing was computed. */
export function errorWords({
  relativeError,
  tolerance,
}: Pick<ProbeSquare, "relativeError" | "tolerance">): string | null {
  if (relativeError === null) return null;
  const digits = relativeError < 0.001 ? 4 : 2;
  return `${percent(relativeError, digits)} (up to ${percent(tolerance)} is rounding)`;
}

/** `2 of 5 providers work`. */
export function probeSummary(providers: readonly ProviderProbe[]): string {
  const usable = providers.filter((each) => each.usable).length;
  return `${grouped(usable)} of ${plural(providers.length, "provider")} ${usable === 1 ? "works" : "work"} here`;
}
