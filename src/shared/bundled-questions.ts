/** Which of the bundled questions are asked where nobody chose: the same in the window, in `quantscope demo` and in the pictures. */
import type { Depth } from "./depths.ts";
import type { Spec } from "./spec.ts";

/** Name of the bundled set, and of its file. */
export const BUNDLED_SET = "demo";

/**
 * Questions by depth: for a first look in seconds; for the demo, three formats in a few minutes on two cores; all 5,000. With
 * one seed and every subject in its share, each smaller sample is a part of the larger ones: a preview asks nothing that the
 * decision would not ask.
 */
const QUESTIONS: Readonly<Record<Depth, number | undefined>> = Object.freeze({
  preview: 200,
  standard: 1600,
  thorough: undefined,
});

type Sample = NonNullable<Spec["sample"]>;

/** @param limit another number of questions than the depth's */
export function bundledSample(depth: Depth, limit = QUESTIONS[depth]): Sample {
  return { ...(limit !== undefined && { limit }), seed: 0, stratifyBy: "subject" };
}
