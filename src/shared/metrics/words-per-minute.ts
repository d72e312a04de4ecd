import { describeMetric } from "./descriptor.ts";

export const wordsPerMinuteMetric = describeMetric({
  id: "wordsPerMinute",
  label: "Words per minute",
  unit: "words/min",
  direction: "higher",
  aggregation:
    "all words by all the time of writing them again, prompts included; median over launches, order-statistics 95 %, smallest to largest below 6",
});

const segmenters = new Map<string, Intl.Segmenter>();

function segmenterFor(locale: string): Intl.Segmenter {
  let segmenter = segmenters.get(locale);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(locale, { granularity: "word" });
    segmenters.set(locale, segmenter);
  }
  return segmenter;
}

/**
 * Word-like segments of a text by the Unicode rules (UAX 29; a dictionary for Chinese, Japanese and Thai): numbers
 * count, punctuation does not, "state-of-the-art" is four. RangeError for a malformed locale.
 */
export function countWords(text: string, locale = "en"): number {
  let words = 0;
  for (const { isWordLike } of segmenterFor(locale).segment(text)) if (isWordLike) words += 1;
  return words;
}

/**
 * Words per minute from a count and the milliseconds they took, prompt included.
 * Null when no time passed: the speed is undefined. RangeError for a negative or broken count or time.
 */
export function wordsPerMinute(words: number, elapsedMs: number): number | null {
  if (!(words >= 0 && words < Infinity)) throw new RangeError(`A word count cannot be ${words}.`);
  if (!(elapsedMs >= 0 && elapsedMs < Infinity)) throw new RangeError(`An elapsed time cannot be ${elapsedMs} ms.`);
  return elapsedMs === 0 ? null : (60_000 * words) / elapsedMs;
}
