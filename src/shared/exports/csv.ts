import { visible } from "../visible.ts";

/** Rows as CSV after RFC 4180: commas, CRLF, quotes where needed. Null is an empty field, a number has all its digits. */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const inert = inertCell(value);
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/**
 * Model and cell names come from files: a text that a spreadsheet would run as a formula gets a leading apostrophe, and what would
 * steer a terminal becomes visible.
 */
export function inertCell(text: string): string {
  const shown = visible(text);
  return /^[=+\-@\t\r]/.test(shown) ? `'${shown}` : shown;
}
