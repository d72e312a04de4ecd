import { randomInt } from "node:crypto";

/** A cell of a run, by its index in the spec. */
export function cellId(runId: string, index: number): string {
  return `${runId}/${index + 1}`;
}

/** Sorts by time and is short enough to type: `20261121-143205-k3f9`. */
export function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${time}-${randomInt(36 ** 4)
    .toString(36)
    .padStart(4, "0")}`;
}
