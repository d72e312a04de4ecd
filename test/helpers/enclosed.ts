/**
 * Programs of ours in surroundings of their own (Linux): empty home, cache, configuration and temporary folder, a data folder,
 * and an environment with nothing else in it. Tells what was written outside the data folder and which internet addresses
 * were used: by strace where it is installed, which sees every call, else by looking at /proc every few milliseconds.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { socketsOf } from "./proc-sockets.ts";
import { addressesIn, hasEnded, writtenIn } from "./strace-output.ts";

const SAMPLE_MS = 10;
/** strace itself ends a little after the last process that it follows. */
const TRACE_WITHIN_MS = 10_000;

export const hasStrace = spawnSync("strace", ["-V"], { stdio: "ignore" }).status === 0;

/** What the programs may use or not: by the systems' own variables, each a folder. */
const FOLDERS = {
  HOME: "home",
  XDG_CACHE_HOME: "cache",
  XDG_CONFIG_HOME: "config",
  XDG_DATA_HOME: "share",
  XDG_STATE_HOME: "state",
  XDG_RUNTIME_DIR: "runtime",
  TMPDIR: "tmp",
} as const;

export class Enclosed {
  /** The one folder that may be written. */
  readonly data: string;
  readonly #root: string;
  readonly #trace: string | null;
  readonly #seen = new Set<string>();
  #main: number | undefined;

  constructor(by: "strace" | "proc" = hasStrace ? "strace" : "proc") {
    this.#root = mkdtempSync(join(tmpdir(), "quantscope-enclosed-"));
    onTestFinished(() => {
      rmSync(this.#root, { recursive: true, force: true });
    });
    this.data = join(this.#root, "data");
    for (const name of ["cwd", ...Object.values(FOLDERS)]) mkdirSync(join(this.#root, name));
    this.#trace = by === "strace" ? join(this.#root, "trace") : null;
  }

  /** Starts Node on a script; the process is a child of this one also under strace. Once only. */
  start(...args: readonly string[]): ChildProcess {
    const folders = Object.entries(FOLDERS).map(([name, folder]) => [name, join(this.#root, folder)]);
    // No CI: ONNX Runtime's telemetry is silent where that is set, and so would be this test.
    const env = { PATH: process.env.PATH, LANG: "C.UTF-8", ...Object.fromEntries(folders) } as NodeJS.ProcessEnv;
    const [command, ...rest] =
      this.#trace === null ? [process.execPath, ...args] : [...strace(this.#trace), process.execPath, ...args];
    const child = spawn(command!, rest, { cwd: join(this.#root, "cwd"), env, stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    this.#main = child.pid;
    if (this.#trace === null) void this.#sample(child);
    return child;
  }

  /** `start` to its end. */
  async run(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
    const child = this.start(...args);
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => (output += String(chunk)));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output };
  }

  /** Files and folders outside the data folder that are there now, or, by strace, ever were. */
  async written(): Promise<string[]> {
    const left = ["cwd", ...Object.values(FOLDERS)].flatMap((folder) =>
      readdirSync(join(this.#root, folder), { recursive: true }).map((name) => join(folder, String(name))),
    );
    const made = writtenIn(await this.#traced(), join(this.#root, "cwd"))
      .filter((file) => !`${file}/`.startsWith(`${this.data}/`))
      .map((file) => file.replace(`${this.#root}/`, ""));
    return [...new Set([...left, ...made])].toSorted();
  }

  /** Internet addresses that leave this machine, or ask a name server. */
  async leaving(): Promise<string[]> {
    const addresses = this.#trace === null ? this.#seen : addressesIn(await this.#traced());
    return [...new Set(addresses)].filter((address) => !staysHere(address)).toSorted();
  }

  /** Every internet address that was used, also of this machine. */
  async addresses(): Promise<string[]> {
    return [...new Set(this.#trace === null ? this.#seen : addressesIn(await this.#traced()))].toSorted();
  }

  async #traced(): Promise<string> {
    if (this.#trace === null) return "";
    const until = performance.now() + TRACE_WITHIN_MS;
    for (;;) {
      const text = existsSync(this.#trace) ? readFileSync(this.#trace, "utf8") : "";
      if (hasEnded(text, this.#main!)) return text;
      if (performance.now() > until) throw new Error(`strace has not seen the end of process ${this.#main}`);
      await sleep(SAMPLE_MS);
    }
  }

  async #sample(child: ChildProcess): Promise<void> {
    while (child.exitCode === null && child.signalCode === null) {
      for (const address of socketsOf(child.pid!)) this.#seen.add(address);
      // After the work, which takes longer on a busy machine: the test's own work must go on.
      await sleep(SAMPLE_MS);
    }
  }
}

/** -D: the program stays our child. The filter in the kernel lets all other calls run at full speed. */
function strace(file: string): string[] {
  const calls = "trace=%network,?open,openat,?creat,?mkdir,mkdirat";
  return ["strace", "-D", "-f", "-q", "--seccomp-bpf", "-s", "4096", "-e", calls, "-o", resolve(file)];
}

/** A name server may be on this machine, too, and passes the question on. */
function staysHere(address: string): boolean {
  return /^(127\.|\[::1\]|\[::ffff:127\.)/.test(address) && !address.endsWith(":53");
}
