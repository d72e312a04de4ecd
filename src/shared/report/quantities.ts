/** Numbers as people read them: the only place where a unit is converted. */

const MINUS = "−";

export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${value < 0 ? MINUS : "+"}${text}`;
}

/** Files in megabytes (10^6 bytes), as file managers and the hub show them. */
export function megabytes(bytes: number): string {
  return significant(bytes / 1e6);
}

/** Memory in mebibytes (2^20 bytes). */
export function mebibytes(bytes: number): string {
  return significant(bytes / 2 ** 20);
}

/** Three digits that count, no exponent, thousands grouped: 8.49, 29.7, 1,234. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return grouped(value, digits);
}

export function grouped(value: number, digits = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** How many times: 3.1x, 1.04x near one. */
export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 1.1 && ratio > 0.9 ? 2 : 1)}x`;
}

/** p-values: two digits that count, and never a bare zero. */
export function pValue(p: number): string {
  if (p < 0.001) return "p < 0.001";
  return `p ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** 75 s -> "1 min 15 s". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
