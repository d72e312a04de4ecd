import { LabError, toEnvelope } from "#shared/errors.ts";
import { visibleLine } from "#shared/visible.ts";
import type { RunStatus } from "#shared/results.ts";
import { say } from "./print.ts";

/** Exit codes (docs/cli.md). */
export const EXIT = Object.freeze({ done: 0, badArguments: 1, cellFailed: 2, cancelled: 3, storeUnusable: 4 });

export function exitCodeOf(error: unknown): number {
  const { code } = toEnvelope(error);
  if (code === "CANCELLED") return EXIT.cancelled;
  if (code.startsWith("STORE_") || code === "DISK_FULL") return EXIT.storeUnusable;
  return EXIT.badArguments;
}

export function exitCodeOfRun(status: RunStatus): number {
  if (status === "cancelled") return EXIT.cancelled;
  return status === "done" ? EXIT.done : EXIT.cellFailed;
}

/** One line for the user; the stack only for errors that are ours. */
export function sayError(error: unknown): void {
  const { code, message } = toEnvelope(error);
  say(`quantscope: ${visibleLine(message)} [${code}]\n`);
  if (code === "INTERNAL" && error instanceof Error) say(`${error.stack ?? ""}\n`);
}

/**
 * Ends the program when all that it said is out. Left to itself, Node would first let V8 finish the collection of garbage that it
 * has begun, which takes longer than some commands' own work.
 * @param unsaid why what was printed did not arrive; null when it did
 */
export async function leave(wanted: number, unsaid: () => Error | null = () => null): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      stream.write("", () => {
        resolve();
      });
    });
  }
  const error = wanted === EXIT.done ? unsaid() : null;
  if (error) sayError(notArrived(error));
  process.exit(error ? EXIT.badArguments : wanted);
}

function notArrived(error: Error): LabError {
  const remedy = "Send stdout to a file on a disk with room, or to a terminal.";
  const message = `The work is done, but what it printed did not arrive (${error.message}). ${remedy}`;
  return new LabError("OUTPUT_UNWRITABLE", message);
}
