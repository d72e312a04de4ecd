import type { Environment } from "../results.ts";

/** What a run must say that did not have the machine to itself; null for one that had. */
export function alongsideNote({ alongside = [] }: Environment): string | null {
  if (alongside.length === 0) return null;
  return `Other programs measured at the same time, and disturbed speed and memory: ${alongside.join(", ")}.`;
}
