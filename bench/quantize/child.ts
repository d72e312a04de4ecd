import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface ChildRun {
  readonly ms: number;
  /** The most memory that it had at once; null where nobody watched or the system does not tell (only Linux does). */
  readonly peakBytes: number | null;
  readonly output: string;
}

const POLL_MS = 5;

/**
 * Runs a command from start to end.
 * @param watch its memory, every few milliseconds: that costs it some time
 * @throws Error with its last words when it fails
 */
export async function runChild(command: string, args: readonly string[], watch = false): Promise<ChildRun> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-2000)));
  let peakBytes: number | null = null;
  // The kernel keeps the high-water mark: the last look before the end has it.
  const poll = watch
    ? setInterval(() => {
        peakBytes = peakOf(child.pid) ?? peakBytes;
      }, POLL_MS)
    : undefined;
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const ms = performance.now() - start;
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${errors.trim()}`);
    return { ms, peakBytes, output };
  } finally {
    clearInterval(poll);
  }
}

function peakOf(pid: number | undefined): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
