import type { Command } from "commander";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { appRoot } from "#core/system/app-version.ts";

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("the app's pages at a loopback address, for machines without a display or without Electron")
    .option("--port <port>", "port (default: a free one)")
    .option("--no-open", "do not open a browser")
    .action(async (options: { port?: string; open: boolean }, command: Command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      const args = [
        join(appRoot(), "out", "main", "host.js"),
        ...(home === undefined ? [] : ["--home", home]),
        ...(options.port === undefined ? [] : ["--port", options.port]),
        ...(options.open ? [] : ["--no-open"]),
      ];
      // The line breaks when this process is killed, and the host ends with it.
      const child = spawn(process.execPath, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
      // Ctrl-C reaches the child by itself; a kill of this process is passed on.
      process.on("SIGINT", () => undefined);
      for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (code) => {
          resolve(code ?? 1);
        });
      });
    });
}
