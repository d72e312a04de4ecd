import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder that holds package.json: the checkout, or the packaged app's. */
export function appRoot(): string {
  let dir = import.meta.dirname;
  while (!existsSync(join(dir, "package.json"))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error(`no package.json above ${import.meta.dirname}`);
    dir = parent;
  }
  return dir;
}

let cached: { version: string; commit: string | null } | null = null;

/** Version by package.json and, in a checkout, the commit: a stored run says what measured it. */
export function appVersion(): { version: string; commit: string | null } {
  if (!cached) {
    const root = appRoot();
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    cached = { version, commit: existsSync(join(root, ".git")) ? headCommit(root) : null };
  }
  return cached;
}

function headCommit(root: string): string | null {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}
