/** Folders for files that live no longer than a process. They lie in the data folder: nothing else is written outside it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isAlive, isRunning, type ProcessIdentity, thisProcess } from "./process-identity.ts";

/** Of folders in the temporary folder of a process that measures, or in the system's: what ONNX Runtime's profiler writes. */
export const PROFILE_PREFIX = "quantscope-profile-";

const OWNER = "owner.json";
/** Files elsewhere that the process has begun to write. */
const UNFINISHED = "unfinished.json";
/** The names of such files (whole-file.ts, output-files.ts): no list makes anybody remove another one. */
const UNFINISHED_NAME = /\.part(-journal)?$|\.partial-[0-9a-z-]+$/;

/** A new folder below `parent`, which knows its process so that a later one knows when nobody uses it any more. */
export function makeTemporary(parent: string, prefix = ""): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  writeFileSync(join(folder, OWNER), JSON.stringify(thisProcess()));
  return folder;
}

/** Also where it is gone; what cannot be removed now is left to `removeAbandoned`. */
export function removeTemporary(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Windows holds files of a process that has just ended.
  }
}

/** Removes a folder that holds nothing; any other stays. */
export function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody has put something into it.
  }
}

/**
 * Removes what killed processes left below `parent`, and the unfinished files that they had elsewhere.
 * @param prefix of our folders' names where the folder is not ours alone: the system's temporary folder
 */
export function removeAbandoned(parent: string, prefix = ""): void {
  for (const name of namesIn(parent)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    const folder = join(parent, name);
    if (pid === undefined) {
      if (prefix !== "" && name.startsWith(prefix) && isDayOld(folder)) removeTemporary(folder);
      continue;
    }
    const owner = ownerOf(folder);
    if (owner ? isRunning(owner) : isAlive(Number(pid))) continue;
    // A list in a folder that others can write to is not believed.
    if (prefix === "") for (const file of listedIn(folder)) removeTemporary(file);
    removeTemporary(folder);
  }
}

const DAY_MS = 24 * 3600_000;

/** Whether nobody has used it for a day: earlier versions of Quantscope put no process into the name. */
function isDayOld(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > DAY_MS;
}

/** Keeps the list of what this process has begun to write, in a temporary folder of its own. */
export function listUnfinished(folder: string, files: Iterable<string>): void {
  writeFileSync(join(folder, UNFINISHED), JSON.stringify([...files]));
}

function listedIn(folder: string): string[] {
  const list = readJson(join(folder, UNFINISHED));
  if (!Array.isArray(list)) return [];
  return list.filter((file): file is string => typeof file === "string" && UNFINISHED_NAME.test(basename(file)));
}

function ownerOf(folder: string): ProcessIdentity | null {
  const owner = readJson(join(folder, OWNER)) as Partial<ProcessIdentity> | null;
  if (typeof owner?.pid !== "number") return null;
  return { pid: owner.pid, start: typeof owner.start === "string" ? owner.start : null };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What makes a child put its temporary files into `folder`: POSIX systems read the first, Windows the others. */
export function temporaryEnvironment(folder: string): Readonly<Record<string, string>> {
  return { TMPDIR: folder, TEMP: folder, TMP: folder };
}
