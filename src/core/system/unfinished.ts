/**
 * Files that this process has begun to write, wherever they lie. A killed process leaves them, up to a whole model; the list in
 * its temporary folder lets the next start of the program remove them.
 */
import { resolve } from "node:path";
import { listUnfinished, makeTemporary, removeTemporary } from "./temporary.ts";

let temporaryDir: string | null = null;
let folder: string | null = null;
const files = new Set<string>();

/** @param dir the data folder's for temporary files; null for none */
export function keepUnfinishedIn(dir: string | null): void {
  temporaryDir = dir;
}

/** Before the file is made. */
export function beginUnfinished(file: string): void {
  files.add(resolve(file));
  save();
}

/** When it has its name, or is gone. */
export function endUnfinished(file: string): void {
  if (files.delete(resolve(file))) save();
}

function save(): void {
  try {
    if (files.size > 0 && temporaryDir !== null) listUnfinished((folder ??= makeTemporary(temporaryDir)), files);
    else if (files.size === 0 && folder !== null) {
      removeTemporary(folder);
      folder = null;
    }
  } catch {
    // The list is for the case that this process is killed as well; the file itself says what is wrong.
  }
}
