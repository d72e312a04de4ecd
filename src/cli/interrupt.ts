/** Ctrl-C and a request to end, as an abort signal. The second Ctrl-C ends the program the hard way. */
export function abortOnInterrupt(onInterrupt: () => void): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = (): void => {
    onInterrupt();
    controller.abort();
  };
  process.once("SIGINT", abort);
  process.once("SIGTERM", abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", abort);
      process.off("SIGTERM", abort);
    },
  };
}
