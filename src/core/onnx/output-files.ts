import * as fs from "node:fs";
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { isAlive } from "#core/system/process-identity.ts";
import { beginUnfinished, endUnfinished } from "#core/system/unfinished.ts";

const STALE_MS = 3_600_000;
const DISK_FULL_CODES = new Set(["ENOSPC", "EDQUOT"]);

interface OpenFile {
  readonly path: string;
  readonly temporary: string;
  readonly fd: number;
}

/**
 * Files that appear together or not at all: written by position under temporary names in their folder, renamed by
 * `commit`, removed by dispose when nothing was committed. The file added last is the one that refers to the others; it
 * is absent while they are replaced, so a model that can be seen is always whole.
 */
export class OutputFiles implements Disposable {
  readonly #bytesNeeded: number;
  #files: OpenFile[] = [];
  #whole: OpenFile[] = [];

  /**
   * @param folder made when it does not exist
   * @param bytesNeeded of all files together
   * @throws LabError DISK_FULL, OUTPUT_UNWRITABLE
   */
  constructor(folder: string, bytesNeeded: number) {
    this.#bytesNeeded = bytesNeeded;
    this.#guard(folder, () => {
      fs.mkdirSync(folder, { recursive: true });
      const { bavail, bsize } = fs.statfsSync(folder);
      if (bytesNeeded > bavail * bsize) throw diskFull(folder, bytesNeeded, bavail * bsize);
    });
  }

  /** @returns the index by which `write` knows the file */
  add(path: string, bytes: number): number {
    this.#open(path, bytes, this.#files);
    return this.#files.length - 1;
  }

  /** A file that is complete at once. It is in place before the others. */
  addWhole(path: string, content: Uint8Array): void {
    this.#open(path, content.length, this.#whole);
    const { fd } = this.#whole.at(-1)!;
    this.#guard(path, () => {
      fs.writeFileSync(fd, content);
    });
  }

  #open(path: string, bytes: number, into: OpenFile[]): void {
    this.#guard(path, () => {
      removeStale(dirname(path), basename(path));
      // Nobody else's while it is there: it is opened only if it is new.
      const temporary = `${path}.partial-${process.pid}-${randomBytes(4).toString("hex")}`;
      beginUnfinished(temporary);
      const fd = fs.openSync(temporary, "wx");
      into.push({ path, temporary, fd });
      fs.ftruncateSync(fd, bytes);
    });
  }

  write(index: number, bytes: Uint8Array, position: number): void {
    const { fd, path } = this.#files[index]!;
    this.#guard(path, () => {
      for (let done = 0; done < bytes.length;) {
        done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
      }
    });
  }

  /** For threads, which write by themselves; what they meet there is for `refusal`. */
  descriptor(index: number): number {
    return this.#files[index]!.fd;
  }

  /** The error for a write to one of the files that the file system refused elsewhere. */
  refusal(fd: number, code: string, cause: unknown): LabError {
    return this.#refusal(this.#files.find((file) => file.fd === fd)!.path, code, cause);
  }

  /** Puts the files in place; afterwards they survive a power cut. */
  commit(): void {
    const last = this.#files.at(-1)!;
    this.#guard(last.path, () => {
      const all = this.#all();
      for (const { fd } of all) fs.fsyncSync(fd);
      this.#close();
      if (all.length > 1) removeIfPresent(last.path);
      for (const { temporary, path } of all) {
        fs.renameSync(temporary, path);
        endUnfinished(temporary);
      }
      syncFolder(dirname(last.path));
    });
    this.#files = [];
    this.#whole = [];
  }

  #all(): readonly OpenFile[] {
    return [...this.#whole, ...this.#files];
  }

  [Symbol.dispose](): void {
    this.#close();
    for (const { temporary } of this.#all()) {
      fs.rmSync(temporary, { force: true });
      endUnfinished(temporary);
    }
    this.#files = [];
    this.#whole = [];
  }

  #closed = false;
  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { fd } of this.#all()) fs.closeSync(fd);
  }

  /** Turns the file system's refusals into errors with a remedy. */
  #guard(path: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (error instanceof LabError || code === "") throw error;
      throw this.#refusal(path, code, error);
    }
  }

  #refusal(path: string, code: string, cause: unknown): LabError {
    if (DISK_FULL_CODES.has(code)) return diskFull(path, this.#bytesNeeded, null, cause);
    return new LabError(
      "OUTPUT_UNWRITABLE",
      `${path} cannot be written (${code}). Choose another folder, or change its permissions; close programs that use the file.`,
      { file: path, code },
      { cause },
    );
  }
}

function diskFull(path: string, bytesNeeded: number, bytesFree: number | null, cause?: unknown): LabError {
  const free = bytesFree === null ? "the disk became full" : `${megabytes(bytesFree)} are free`;
  return new LabError(
    "DISK_FULL",
    `${path}: ${megabytes(bytesNeeded)} are needed and ${free}. Nothing was left behind; free some space or choose another disk.`,
    { file: path, bytesNeeded, bytesFree },
    { cause },
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/**
 * Removes what killed processes left, of one file or of all in the folder. The number in a name tells that its process is gone;
 * where another process has that number now, age does: a file that is being written changes all the time.
 */
export function removeStale(folder: string, file = ""): void {
  for (const name of fs.readdirSync(folder)) {
    const [of, pid] = /^(.*)\.partial-(?:(\d+)-)?[0-9a-z]+$/s.exec(name)?.slice(1) ?? [];
    if (of === undefined || (file !== "" && of !== file)) continue;
    const leftover = join(folder, name);
    const modified = fs.statSync(leftover, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    const gone = pid !== undefined && !isAlive(Number(pid));
    if (gone || Date.now() - modified > STALE_MS) fs.rmSync(leftover, { force: true });
  }
}

/** rmSync() does it, too, after loading what removes folders. */
export function removeIfPresent(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Makes the renames durable, where the platform can open a folder (Windows cannot). */
function syncFolder(folder: string): void {
  let fd: number;
  try {
    fd = fs.openSync(folder, "r");
  } catch {
    return;
  }
  try {
    fs.fsyncSync(fd);
  } catch {
    // Some network file systems refuse; the files themselves are synced.
  } finally {
    fs.closeSync(fd);
  }
}
