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
    // A commit, or the file of the branch that is checked out: read at once, where git would have to be started.
    const git = join(root, ".git");
    const head = readFileSync(join(git, "HEAD"), "utf8").trim();
    const commit = head.startsWith("ref: ") ? readFileSync(join(git, head.slice(5)), "utf8").trim() : head;
    if (/^[0-9a-f]{40,64}$/.test(commit)) return commit;
  } catch {
    // A packed branch, or a worktree whose .git is a file: git knows.
  }
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
