/** Notes of an imported run that name what of its files is not in it. */
const LEFT_OUT = "left out: ";

export function leftOutNotes(parts: readonly string[]): string[] {
  return parts.map((part) => LEFT_OUT + part);
}

export function isLeftOut(note: string): boolean {
  return note.startsWith(LEFT_OUT);
}
