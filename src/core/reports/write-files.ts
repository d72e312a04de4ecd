/** Files below a folder, each there whole or not at all. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { LabError } from "#shared/errors.ts";
import { unwritable, WholeFile } from "./whole-file.ts";

export interface ReportFile {
  /** Below the folder that is written to, with slashes. */
  readonly name: string;
  /** Texts one after another where the whole may be longer than the longest text; they can be read once. */
  readonly content: string | Uint8Array | Iterable<string>;
}

/** The parts of a file's content, in order. */
export function partsOf(content: ReportFile["content"]): Iterable<string | Uint8Array> {
  return typeof content === "string" || content instanceof Uint8Array ? [content] : content;
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
    const path = inside(folder, name);
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw unwritable(path, error, remedy);
    }
    writeWhole(path, content, remedy);
    return path;
  });
}

/** @throws LabError OUTPUT_UNWRITABLE, DISK_FULL */
export function writeWhole(path: string, content: ReportFile["content"], remedy: string): number {
  using file = new WholeFile(path, remedy);
  for (const part of partsOf(content)) file.write(part);
  file.commit();
  return file.bytes;
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
