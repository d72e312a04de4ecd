/** Dates on an axis, where the reader is: whole minutes, hours, days, months or years, and only as much of a date as is needed. */
import type { Tick } from "./ticks.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Long enough to tell steps apart; a month and a year are counted by the calendar. */
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

type Unit = "minute" | "hour" | "day" | "month" | "year";
const STEPS: readonly (readonly [unit: Unit, count: number, ms: number])[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => ["minute", count, count * MINUTE] as const),
  ...[1, 2, 3, 6, 12].map((count) => ["hour", count, count * HOUR] as const),
  ...[1, 2, 7, 14].map((count) => ["day", count, count * DAY] as const),
  ...[1, 3, 6].map((count) => ["month", count, count * MONTH] as const),
  ...[1, 2, 5, 10].map((count) => ["year", count, count * YEAR] as const),
];

const two = (value: number): string => String(value).padStart(2, "0");

/** @param low milliseconds since 1970 */
export function timeTicks(low: number, high: number, most: number): Tick[] {
  if (!(high > low)) return [{ value: low, text: timeText(low) }];
  const step = STEPS.find(([, , ms]) => (high - low) / ms <= most) ?? STEPS.at(-1)!;
  const [unit, count] = step;
  const ticks: Tick[] = [];
  for (
    let at = firstAt(low, unit, count);
    at.getTime() <= high && ticks.length <= 2 * most;
    at = next(at, unit, count)
  ) {
    if (at.getTime() >= low) ticks.push({ value: at.getTime(), text: tickText(at, unit) });
  }
  return ticks;
}

/** The last whole step at or before a time. */
function firstAt(ms: number, unit: Unit, count: number): Date {
  const at = new Date(ms);
  const down = (value: number): number => value - (value % count);
  switch (unit) {
    case "minute":
      return new Date(at.getFullYear(), at.getMonth(), at.getDate(), at.getHours(), down(at.getMinutes()));
    case "hour":
      return new Date(at.getFullYear(), at.getMonth(), at.getDate(), down(at.getHours()));
    case "day":
      return new Date(at.getFullYear(), at.getMonth(), 1 + down(at.getDate() - 1));
    case "month":
      return new Date(at.getFullYear(), down(at.getMonth()), 1);
    case "year":
      return new Date(down(at.getFullYear()), 0, 1);
  }
}

/** By the calendar: a day is not always 24 hours, a month never 30 days twice. Steps of days begin anew with each month. */
function next(at: Date, unit: Unit, count: number): Date {
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  switch (unit) {
    case "minute":
      return new Date(at.getTime() + count * MINUTE);
    case "hour":
      return new Date(year, month, day, at.getHours() + count);
    case "day": {
      const later = new Date(year, month, day + count);
      const rest = new Date(year, month + 1, 0).getDate() - later.getDate();
      // Two labels at the turn of a month would stand on each other.
      return later.getMonth() !== month || rest < count / 2 ? new Date(year, month + 1, 1) : later;
    }
    case "month":
      return new Date(year, month + count, 1);
    case "year":
      return new Date(year + count, 0, 1);
  }
}

function tickText(at: Date, unit: Unit): string {
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}`;
  switch (unit) {
    case "year":
      return String(at.getFullYear());
    case "month":
      return date;
    case "day":
      return `${date}-${two(at.getDate())}`;
    default: {
      const midnight = at.getHours() === 0 && at.getMinutes() === 0;
      return midnight ? `${date}-${two(at.getDate())}` : `${two(at.getHours())}:${two(at.getMinutes())}`;
    }
  }
}

/** `2026-11-21 14:03`. */
export function timeText(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
