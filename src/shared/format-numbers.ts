/** Numbers as people read them: the only place where a unit is converted. */

/** Bytes of the units in which files and memory are shown. */
export const MB = 1e6;
export const MIB = 2 ** 20;

const MINUS = "−";

export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${value < 0 ? MINUS : "+"}${text}`;
}

/** Files in megabytes (10^6 bytes), as file managers and the hub show them. */
export function megabytes(bytes: number): string {
  return significant(bytes / MB);
}

/** Memory in mebibytes (2^20 bytes). */
export function mebibytes(bytes: number): string {
  return significant(bytes / MIB);
}

/** Three digits that count, no exponent, thousands grouped: 0.0523, 8.49, 29.7, 1,234. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  // The power of ten of the rounded value: 9.996 is 10.0 and not 10.00.
  const power = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  return grouped(value, Math.min(6, Math.max(0, 2 - power)));
}

/** Thousands apart by commas, a minus sign before what is negative. Not by Intl: loading its tables takes longer than making a small model. */
export function grouped(value: number, digits = 0): string {
  const [whole, fraction] = value.toFixed(digits).split(".") as [string, string | undefined];
  const apart = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",").replace("-", MINUS);
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

export function percent(share: number, digits = 1): string {
  return `${grouped(share * 100, digits)} %`;
}

/** How many times: 3.1x, 1.04x near one. */
export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 1.095 && ratio > 0.9 ? 2 : 1)}x`;
}

/** `1 question`, `1,600 questions`, `6 launches`. */
export function plural(count: number, noun: string): string {
  const ending = noun.endsWith("ch") ? "es" : "s";
  return `${grouped(count)} ${noun}${count === 1 ? "" : ending}`;
}

/** Another tool's file does not say everything, and what it does not say is stored as 0. */
export function orUnknown(value: number | null, text = String(value)): string {
  return value === 0 || value === null ? "unknown" : text;
}

/** p-values: two digits that count, and never a bare zero. */
export function pValue(p: number): string {
  if (p < 0.001) return "p < 0.001";
  if (p === 1) return "p = 1";
  return `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/**
 * Between two moments (ISO 8601); null where the clock cannot tell: it was set back meanwhile, or one of them is no date.
 */
export function elapsedMs(startedAt: string, finishedAt: string | null): number | null {
  const ms = finishedAt === null ? NaN : Date.parse(finishedAt) - Date.parse(startedAt);
  return ms >= 0 ? ms : null;
}

/** 75 s -> "1 min 15 s"; a dash for what is no duration. */
export function duration(ms: number): string {
  if (!(ms >= 0) || ms === Infinity) return "–";
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
