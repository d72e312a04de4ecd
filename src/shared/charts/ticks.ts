/** Where an axis is labelled, and how: round numbers, thousands grouped, never an exponent. */
import { grouped } from "../format-numbers.ts";
import type { ChartAxis } from "./model.ts";
import { timeTicks } from "./time-ticks.ts";

const STEPS = [1, 2, 2.5, 5, 10];
const LOG_STEPS = [[1, 2, 5], [1, 3], [1]];

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/**
 * Labelled positions from `low` to `high`, both in the axis' unit.
 * @param most as many as there is room for, at least 2
 */
export function ticks(axis: ChartAxis, low: number, high: number, most: number): Tick[] {
  switch (axis.scale) {
    case "category":
      return axis.categories
        .map((text, value) => ({ value, text }))
        .filter(({ value }) => value >= low && value <= high);
    case "log2":
      // A batch has no half: what cannot be a value is no label either.
      return thinned(powers(2, Math.max(low, axis.least ?? low), high), most).map(labelled);
    case "log10":
      return logTicks(low, high, most);
    case "time":
      return timeTicks(low, high, most);
    case "linear":
      return linearTicks(low, high, most);
  }
}

function linearTicks(low: number, high: number, most: number): Tick[] {
  const rough = (high - low) / Math.max(1, most - 1);
  if (!(rough > 0)) return [labelled(low)];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((each) => each * power >= rough * (1 - 1e-9))! * power;
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9) + (step / power === 2.5 ? 1 : 0)));
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  // Multiples of the step, not sums: 0.1 added three times is not 0.3.
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const value = Number(((first + index) * step).toFixed(digits));
    return { value, text: written(value, digits) };
  });
}

/** As fine as there is room for: 1, 2, 5 of each decade; 1, 3; whole decades. Linear within less than one decade. */
function logTicks(low: number, high: number, most: number): Tick[] {
  const inside = (steps: readonly number[]): number[] =>
    powers(10, low / 10, high)
      .flatMap((power) => steps.map((step) => step * power))
      .filter((value) => value >= low && value <= high);
  const choices = LOG_STEPS.map(inside);
  if (choices[0]!.length < 2) return linearTicks(low, high, most);
  return (choices.find((values) => values.length <= most) ?? thinned(choices.at(-1)!, most)).map(labelled);
}

function powers(base: number, low: number, high: number): number[] {
  const first = Math.ceil(Math.log(low) / Math.log(base) - 1e-9);
  const last = Math.floor(Math.log(high) / Math.log(base) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => base ** (first + index));
}

function thinned(values: readonly number[], most: number): number[] {
  const every = Math.ceil(values.length / Math.max(2, most));
  return values.filter((_, index) => index % every === 0);
}

/** As many digits as the number itself has: 0.05, 2, 1,000. */
function labelled(value: number): Tick {
  const digits = value === 0 ? 0 : Math.max(0, -Math.floor(Math.log10(Math.abs(value)) + 1e-9));
  const exact = Number(value.toPrecision(3));
  return { value, text: written(exact, Number.isInteger(exact) ? 0 : Math.min(6, Math.max(1, digits))) };
}

/** With a minus as wide as a digit (U+2212), and none before a zero. */
function written(value: number, digits: number): string {
  return grouped(value === 0 ? 0 : value, digits).replace("-", "−");
}
