import type { GenerationRow } from "#shared/api.ts";
import type { TextRates } from "#shared/charts/speeds.ts";

/** Words per minute of every text by its cell. */
export function textRates(prompts: readonly GenerationRow[]): TextRates {
  const rates = new Map<string, number[]>();
  for (const { texts } of prompts) {
    for (const { cell, wordsPerMinute } of texts) {
      if (wordsPerMinute !== null) rates.set(cell, [...(rates.get(cell) ?? []), wordsPerMinute]);
    }
  }
  return rates;
}
