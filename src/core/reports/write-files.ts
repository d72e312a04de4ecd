/** Files that are there whole or not at all: written beside their place, synchronised and renamed. */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { LabError } from "#shared/errors.ts";

export interface ReportFile {
  /** Below the folder that is written to, with slashes. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** @throws LabError OUTPUT_UNWRITABLE, DISK_FULL */
export function makeOut(dir: string): string {
  const folder = resolve(dir);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw unwritable(folder, error, "Choose another with --out.");
  }
  return folder;
}

/**
 * @param remedy what to do where a file cannot be written, as a sentence
 * @returns paths, in the order of `files`
 * @throws LabError OUTPUT_UNWRITABLE, DISK_FULL naming the file; those before it are written
 */
export function writeFiles(dir: string, files: readonly ReportFile[], remedy: string): string[] {
  const folder = makeOut(dir);
  return files.map(({ name, content }) => {
    const file = inside(folder, name);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeWhole(file, content);
    } catch (error) {
      throw unwritable(file, error, remedy);
    }
    return file;
  });
}

/** Names are made of cells' labels, which a run from elsewhere brought: none may lead out of the folder. */
function inside(folder: string, name: string): string {
  const file = join(folder, name);
  const way = relative(folder, file);
  if (way === "" || way.startsWith(`..${sep}`) || way === ".." || isAbsolute(way)) {
    throw new LabError("PATH_REFUSED", `"${name}" leads out of ${folder}.`, { name });
  }
  return file;
}

function writeWhole(file: string, content: string | Uint8Array): void {
  const part = `${file}.part`;
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  const descriptor = openSync(part, "w");
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } catch (error) {
    closeSync(descriptor);
    rmSync(part, { force: true });
    throw error;
  }
  closeSync(descriptor);
  try {
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

function unwritable(path: string, error: unknown, remedy: string): LabError {
  const { code, message } = error as NodeJS.ErrnoException;
  const known = code === "ENOSPC" ? "DISK_FULL" : "OUTPUT_UNWRITABLE";
  return new LabError(known, `${path} cannot be written: ${message}. ${remedy}`, { path }, { cause: error });
}
