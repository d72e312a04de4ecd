import { cpus } from "node:os";

/** Starts watching the CPU; the returned function gives the cores' worth of work that other processes did since. */
export function watchForeignLoad(): () => number | null {
  const wallStart = performance.now();
  const busyStart = busyMs();
  const ownStart = process.cpuUsage();
  return () => {
    const wallMs = performance.now() - wallStart;
    // The counters tick every 10 ms: a shorter block says nothing.
    if (wallMs < 500) return null;
    const own = process.cpuUsage(ownStart);
    const foreignMs = busyMs() - busyStart - (own.user + own.system) / 1000;
    return Math.max(0, foreignMs / wallMs);
  };
}

function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
