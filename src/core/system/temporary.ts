/** Folders for files that live no longer than a process. They lie in the data folder: nothing else is written outside it. */
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A new folder below `parent`, named after this process so that a later one knows when nobody uses it any more. */
export function makeTemporary(parent: string): string {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${process.pid}-`));
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

/** Removes what killed processes left below `parent`. */
export function removeAbandoned(parent: string, isAlive: (processId: number) => boolean): void {
  for (const name of namesIn(parent)) {
    const processId = /^(\d+)-/.exec(name)?.[1];
    if (processId !== undefined && !isAlive(Number(processId))) removeTemporary(join(parent, name));
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
