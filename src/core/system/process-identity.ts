/**
 * Which process somebody was. A number alone does not tell: the system gives it to another process later, and in a container
 * every start of a program has the same small one. With the time of its start it does.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as `startOf` says it; null where that is not known: then the number must do. */
  readonly start: string | null;
}

/** PowerShell takes a second to start; a machine that is busy, several. */
const ANSWER_WITHIN_MS = 15_000;
/** The two ways to read a start differ by what a program needs to begin and by corrections of the clock. */
const SAME_START_MS = 10_000;

let own: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  own ??= { pid: process.pid, start: linuxStart(process.pid) ?? new Date(performance.timeOrigin).toISOString() };
  return own;
}

/** Whether a process of that number runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Alive, but somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Whether that process still runs, and not another one that has its number now. Cheap where none has; else, but on Linux, the
 * system is asked through a program that takes a moment.
 */
export function isRunning(
  { pid, start }: ProcessIdentity,
  { alive = isAlive, now = startOf }: { readonly alive?: typeof isAlive; readonly now?: typeof startOf } = {},
): boolean {
  if (!alive(pid)) return false;
  if (start === null) return true;
  const current = pid === process.pid ? thisProcess().start : now(pid);
  return current === null || sameStart(start, current);
}

/**
 * When a process started: on Linux the system's start and the ticks since (`b3f1.../73912`), elsewhere a time (ISO 8601).
 * Null where there is no such process, or the system does not tell.
 */
export function startOf(pid: number): string | null {
  switch (process.platform) {
    case "linux":
      return linuxStart(pid);
    case "win32":
      return windowsStart(pid);
    default:
      return posixStart(pid);
  }
}

/** Whether two starts are of one process. */
export function sameStart(one: string, other: string): boolean {
  if (one === other) return true;
  const apart = Math.abs(Date.parse(one) - Date.parse(other));
  // Of what is no time the difference is no number: not the same.
  return apart <= SAME_START_MS;
}

/** Whether the system that a process ran on has been started again since, or is another; false where that is not known. */
export function isOfAnotherBoot(start: string | null): boolean {
  const boot = bootId();
  return start !== null && boot !== null && start.includes("/") && !start.startsWith(`${boot}/`);
}

/** The process that started another one; null where that is not known. */
export function parentOf(pid: number): number | null {
  if (process.platform === "linux") return Number(linuxStat(pid)?.[PARENT]) || null;
  if (process.platform === "win32") return null;
  return Number(answerOf("ps", ["-o", "ppid=", "-p", String(pid)])) || null;
}

/** Places in /proc/PID/stat after the name, which may itself hold spaces and parentheses (proc_pid_stat(5)). */
const PARENT = 1;
const START = 19;

function linuxStat(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

function linuxStart(pid: number): string | null {
  const ticks = linuxStat(pid)?.[START];
  const boot = bootId();
  return ticks === undefined || boot === null ? null : `${boot}/${ticks}`;
}

function bootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return null;
  }
}

function posixStart(pid: number): string | null {
  const words = answerOf("ps", ["-o", "lstart=", "-p", String(pid)], { ...process.env, LC_ALL: "C", TZ: "UTC" });
  return isoTime(words === null ? NaN : Date.parse(`${words} UTC`));
}

function windowsStart(pid: number): string | null {
  const ask = `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString("o")`;
  const words = answerOf("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", ask]);
  return isoTime(words === null ? NaN : Date.parse(words));
}

function isoTime(ms: number): string | null {
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function answerOf(program: string, args: readonly string[], env = process.env): string | null {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: ANSWER_WITHIN_MS,
    windowsHide: true,
  });
  return status === 0 && stdout.trim() !== "" ? stdout.trim() : null;
}
