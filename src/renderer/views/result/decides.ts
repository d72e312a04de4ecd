import { grouped } from "#shared/format-numbers.ts";

/**
 * `163 of about 38,000 questions that decide in four of five cases`: upwards to two digits, as the verdict's own sentence has
 * it, so that the whole is never less than what is still missing.
 * @param more questions that would decide, beside those that were asked
 */
export function decidesWords(asked: number, more: number): string {
  const whole = asked + more;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, whole))) - 1);
  return `${grouped(asked)} of about ${grouped(Math.ceil(whole / step) * step)} questions that decide in four of five cases`;
}
