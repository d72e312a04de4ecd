import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
const HOST = join(ROOT, "out", "main", "host.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built loopback host as a process of its own. */
export class HostProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[]) {
    if (!existsSync(HOST)) throw new Error("out/main/host.js is missing: run npm run build first");
    this.child = spawn(process.execPath, [HOST, "--no-open", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.ended = once(this.child, "close").then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** The newest address that the host printed, once there are `count` of them. */
  async url(count = 1): Promise<string> {
    for (;;) {
      const urls = this.#stdout.match(/http:\S+/g) ?? [];
      if (urls.length >= count) return urls.at(-1)!;
      const next = await Promise.race([once(this.child.stdout!, "data"), this.ended.then(() => null)]);
      if (next === null) throw new Error(`the host ended: ${this.#stderr}`);
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}
