/**
 * How the desktop app starts its children. A plain Node is better than Electron's own process: Electron's allocator
 * ends a process that asks for more than 2 GiB at once, which a large model does. Where no Node is shipped, Electron's it is.
 */
import { utilityProcess } from "electron";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { childSurroundings, forkSpawner, type Spawner, type WorkerJob } from "#core/runs/spawner.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import { appRoot } from "#core/system/app-version.ts";

const STDERR_KEPT = 4096;
/** What a child wrote may arrive a little after its end. */
const LAST_WORDS_MS = 300;

/**
 * @param file the child's entry
 * @param temporaryDir where the children have their temporary files
 */
export function desktopSpawner<Job = WorkerJob, Message = WorkerMessage>(
  file: string,
  temporaryDir: string,
): Spawner<Job, Message> {
  const node = shippedNode();
  return node === null ? utilitySpawner(file, temporaryDir) : forkSpawner(file, { temporaryDir, execPath: node });
}

/** The Node that the package carries, else the one that the checkout's install brought; null where there is none. */
export function shippedNode(resources = resourcesFolder(), root = appRoot()): string | null {
  const windows = process.platform === "win32";
  const binary = windows ? "node.exe" : join("bin", "node");
  const packageName = `node-${windows ? "win" : process.platform}-${process.arch}`;
  const places = [
    join(resources, "node", binary),
    join(root, "node_modules", packageName, "bin", windows ? "node.exe" : "node"),
  ];
  return places.find((file) => existsSync(file)) ?? null;
}

/** Of the packaged app; Electron alone sets it. */
function resourcesFolder(): string {
  return (process as { resourcesPath?: string }).resourcesPath ?? appRoot();
}

export function utilitySpawner<Job = WorkerJob, Message = WorkerMessage>(
  file: string,
  temporaryDir: string,
): Spawner<Job, Message> {
  return {
    launcher: "utilityProcess",
    start: (job) => {
      const { env, remove } = childSurroundings(temporaryDir);
      const child = utilityProcess.fork(file, [], {
        serviceName: `Quantscope ${basename(file, ".js")}`,
        stdio: ["ignore", "ignore", "pipe"],
        env,
      });
      child.once("exit", remove);
      let stderr = "";
      child.stderr?.on("data", (chunk: Buffer) => {
        stderr = (stderr + chunk.toString("utf8")).slice(-STDERR_KEPT);
      });
      // A fatal error of V8; the exit tells.
      child.on("error", () => undefined);
      const send = (message: Job): void => {
        child.postMessage(message);
      };
      send(job);
      return {
        pid: child.pid,
        send,
        onMessage: (listener) => {
          child.on("message", listener);
        },
        onExit: (listener) => {
          child.once("exit", (code) => {
            // Electron gives no signal. A code that no program chooses is one on POSIX systems.
            setTimeout(() => {
              listener({ code, signal: null, stderr: stderr.trim() });
            }, LAST_WORDS_MS);
          });
        },
        kill: () => {
          // Electron's own kill asks nicely, and a child in the middle of a forward pass does not hear.
          if (child.pid !== undefined) killNow(child.pid);
          else {
            child.kill();
            // Before it has begun, that does nothing.
            child.once("spawn", () => {
              killNow(child.pid!);
            });
          }
        },
      };
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
