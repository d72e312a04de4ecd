/** A terminal that is closed (SIGHUP) asks for the end as well. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ctrl-C and a request to end, as an abort signal. The second Ctrl-C ends the program the hard way. */
export function abortOnInterrupt(onInterrupt: () => void): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = (): void => {
    onInterrupt();
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, abort);
    },
  };
}
