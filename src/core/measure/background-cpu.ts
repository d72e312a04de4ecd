import { cpus } from "node:os";

/** Where times come from, all in ms; another one is for tests. */
export interface LoadClock {
  readonly wallMs: () => number;
  /** Work of all CPU cores since the machine started. */
  readonly busyMs: () => number;
  /** Work of this process, ONNX Runtime's threads included. */
  readonly ownMs: () => number;
}

const systemClock: LoadClock = {
  wallMs: () => performance.now(),
  busyMs: () => cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0),
  ownMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** The counters tick every 10 ms: a shorter block says nothing. */
const SHORTEST_BLOCK_MS = 500;

/** Starts watching the CPU; the returned function gives the cores' worth of work that other processes did since. */
export function watchBackgroundCpu({ wallMs, busyMs, ownMs } = systemClock): () => number | null {
  const start = { wall: wallMs(), busy: busyMs(), own: ownMs() };
  return () => {
    const wall = wallMs() - start.wall;
    if (wall < SHORTEST_BLOCK_MS) return null;
    return Math.max(0, (busyMs() - start.busy - (ownMs() - start.own)) / wall);
  };
}
