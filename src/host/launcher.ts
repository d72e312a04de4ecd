import { isAlive, parentOf } from "#core/system/process-identity.ts";

/** `npm run` stands at most so far above: npm, its shell, and the script that starts the host. */
const GENERATIONS = 3;
const LOOK_MS = 1000;

/**
 * Calls back once when the program is gone that started this one, in whatever way it ended: nobody would know of the host then.
 * The command line and scripts/start.mjs hold a line to it, which breaks with them. npm hands a signal on to its shell only, so
 * that what it started is looked after.
 */
export function onLauncherEnd(end: () => void, lookMs = LOOK_MS): void {
  if (process.connected) {
    process.once("disconnect", end);
    // The line alone keeps no host alive.
    process.channel?.unref();
  }
  if (process.env.npm_lifecycle_event === undefined) return;
  const above = ancestors();
  const timer = setInterval(() => {
    if (above.every(isAlive)) return;
    clearInterval(timer);
    end();
  }, lookMs);
  timer.unref();
}

function ancestors(): number[] {
  const pids: number[] = [];
  for (
    let pid: number | null = process.ppid;
    pid !== null && pid > 1 && pids.length < GENERATIONS;
    pid = parentOf(pid)
  ) {
    pids.push(pid);
  }
  return pids;
}
