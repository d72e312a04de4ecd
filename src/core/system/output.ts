/** What this program prints to, which may go away or be full at any time. */

/** Of each stream, why what was said did not arrive; readers who have seen enough are no reason. */
export interface Output {
  readonly failure: (stream: NodeJS.EventEmitter) => NodeJS.ErrnoException | null;
}

/** A terminal that is gone, and a reader that has seen enough. Windows says EOF where others say EPIPE. */
const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EOF", "EIO", "ERR_STREAM_DESTROYED"]);

/**
 * Whoever reads our output may have seen enough: `quantscope runs list | head`. What is left to say goes nowhere, and the work is
 * done to its end, so that `export ... | head -1` writes every file; the exit code is the work's own.
 */
export function outliveReaders(streams: readonly NodeJS.EventEmitter[] = [process.stdout, process.stderr]): Output {
  const failures = new Map<NodeJS.EventEmitter, NodeJS.ErrnoException>();
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code) && !failures.has(stream)) failures.set(stream, error);
    });
  }
  return { failure: (stream) => failures.get(stream) ?? null };
}
