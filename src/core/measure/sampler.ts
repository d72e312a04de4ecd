import type { Samples } from "#core/runs/protocol.ts";

/** What a process uses over time. Nothing here runs inside a timed region: `add` counts, `tick` may read and send. */
export interface Sampler {
  /** Counts tokens that were computed. */
  add(tokens: number): void;
  /** Call between runs: takes a sample when the last is old enough, and sends a second's worth at once. */
  tick(): void;
  /** Takes a last sample and sends what is left. */
  flush(): void;
}

/** Where samples come from; others are for tests. */
interface SampleSource {
  readonly nowMs: () => number;
  readonly residentBytes: () => number;
}

/** At most ten samples a second: a chart shows no more, and the read costs some 10 µs. */
const INTERVAL_MS = 100;
const SEND_EVERY_MS = 1000;

/**
 * @param send called with about one second of samples at a time, times counted from now
 */
export function openSampler(
  send: (samples: Samples) => void,
  { nowMs, residentBytes }: SampleSource = {
    nowMs: () => performance.now(),
    residentBytes: () => process.memoryUsage.rss(),
  },
): Sampler {
  const startMs = nowMs();
  let lastMs = startMs;
  let sentMs = startMs;
  let tokens = 0;
  let kept = empty();

  const take = (now: number): void => {
    kept.atMs.push(now - startMs);
    kept.residentBytes.push(residentBytes());
    kept.tokensPerSecond.push(now > lastMs ? (1000 * tokens) / (now - lastMs) : 0);
    lastMs = now;
    tokens = 0;
  };
  const sendKept = (now: number): void => {
    sentMs = now;
    if (kept.atMs.length === 0) return;
    send(kept);
    kept = empty();
  };
  return {
    add: (count) => {
      tokens += count;
    },
    tick: () => {
      const now = nowMs();
      if (now - lastMs < INTERVAL_MS) return;
      take(now);
      if (now - sentMs >= SEND_EVERY_MS) sendKept(now);
    },
    flush: () => {
      const now = nowMs();
      if (now > lastMs) take(now);
      sendKept(now);
    },
  };
}

function empty(): { atMs: number[]; residentBytes: number[]; tokensPerSecond: number[] } {
  return { atMs: [], residentBytes: [], tokensPerSecond: [] };
}
