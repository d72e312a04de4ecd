import type { ErrorCode } from "#shared/errors.ts";

/** What to do, where a cell's own message may not say it. */
const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = Object.freeze({
  OUT_OF_MEMORY: "Leave out the largest batch sizes, close other programs, or take a smaller format.",
  WORKER_DIED: "Measure the rest again; if it dies once more, leave out the batch size at which it did.",
  TIMEOUT: "Give cells more time in the experiment, or take fewer questions and batch sizes.",
  PROVIDER_UNAVAILABLE: "System shows which providers work here, and what the others need.",
  DISK_FULL: "Make room in the data folder; System shows what takes it.",
});

export function remedyFor(code: ErrorCode): string | null {
  return REMEDIES[code] ?? null;
}
