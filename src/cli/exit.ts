import { toEnvelope } from "#shared/errors.ts";
import type { RunStatus } from "#shared/results.ts";

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
  process.stderr.write(`quantscope: ${message} [${code}]\n`);
  if (code === "INTERNAL" && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
}

/**
 * Ends the program when all that it said is out. Left to itself, Node would first let V8 finish the collection of garbage that it
 * has begun, which takes longer than some commands' own work.
 */
export async function leave(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      stream.write("", () => {
        resolve();
      });
    });
  }
  process.exit(code);
}

/**
 * Whoever reads our output may have seen enough: `quantscope runs list | head`. What is left to say goes nowhere, and the work is
 * done to its end, so that `export ... | head -1` writes every file; the exit code is the work's own.
 */
export function outliveReaders(streams: readonly NodeJS.EventEmitter[] = [process.stdout, process.stderr]): void {
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Windows says EOF where others say EPIPE.
      if (error.code !== "EPIPE" && error.code !== "EOF") throw error;
    });
  }
}
