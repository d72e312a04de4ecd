/**
 * Rows as CSV after RFC 4180: commas, CRLF, quotes where needed. Null is an empty field, a number has all its digits.
 * A text that a spreadsheet would run as a formula gets a leading apostrophe: model and cell names come from files.
 */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
