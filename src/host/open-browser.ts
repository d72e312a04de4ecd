import { spawn } from "node:child_process";

/** The program that opens an address in the user's own browser; null where there is no display to open it on. */
export function browserCommand(
  url: string,
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): { command: string; args: string[] } | null {
  if (platform === "darwin") return { command: "open", args: [url] };
  // `start` belongs to the shell; its first quoted argument would be a title.
  if (platform === "win32") return { command: "cmd", args: ["/c", "start", '""', url] };
  return env.DISPLAY || env.WAYLAND_DISPLAY ? { command: "xdg-open", args: [url] } : null;
}

/** Tries to; the address is printed anyway, so a failure needs no word. */
export function openBrowser(url: string): void {
  const found = browserCommand(url, process.platform, process.env);
  if (!found) return;
  const options = { detached: true, stdio: "ignore", windowsVerbatimArguments: true } as const;
  const child = spawn(found.command, found.args, options);
  child.on("error", () => undefined);
  child.unref();
}
