/** One file that is there whole or not at all: written beside its place, synchronised and renamed. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { LabError } from "#shared/errors.ts";
import { beginUnfinished, endUnfinished } from "#core/system/unfinished.ts";
import { partOf } from "./part-of.ts";

/** Texts come line by line; the disk gets them in pieces of this size. */
const PIECE_BYTES = 1 << 20;

export class WholeFile implements Disposable {
  readonly path: string;
  readonly #part: string;
  readonly #remedy: string;
  #descriptor: number | null;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #written = 0;

  /**
   * @param remedy what to do where it cannot be written, as a sentence
   * @throws LabError OUTPUT_UNWRITABLE, DISK_FULL; so does every method, and nothing is left then
   */
  constructor(path: string, remedy: string) {
    this.path = path;
    this.#part = partOf(path);
    this.#remedy = remedy;
    beginUnfinished(this.#part);
    this.#descriptor = this.#guard(() => openSync(this.#part, "w"));
  }

  /** Of what was given so far. */
  get bytes(): number {
    return this.#written + this.#waitingBytes;
  }

  write(content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= PIECE_BYTES) this.#flush();
  }

  /** Puts it in place. */
  commit(): void {
    this.#flush();
    this.#guard(() => {
      fsyncSync(this.#descriptor!);
      this.#close();
      renameSync(this.#part, this.path);
      endUnfinished(this.#part);
    });
  }

  /** Removes what was written when it was not committed. */
  [Symbol.dispose](): void {
    if (this.#descriptor !== null) this.#abandon();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#guard(() => {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor!, bytes, done);
    });
    this.#written += bytes.length;
  }

  #close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #abandon(): void {
    this.#close();
    rmSync(this.#part, { force: true });
    endUnfinished(this.#part);
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      // What was in its place stays.
      this.#abandonQuietly();
      throw unwritable(this.path, error, this.#remedy);
    }
  }

  /** The first failure is the one to tell. */
  #abandonQuietly(): void {
    try {
      this.#abandon();
    } catch {
      // Below a file, or in a folder that is gone, there is nothing to remove.
    }
  }
}

/** The file system's refusal in our words. */
export function unwritable(path: string, error: unknown, remedy: string): LabError {
  const { code, message } = error as NodeJS.ErrnoException;
  const known = code === "ENOSPC" || code === "EDQUOT" ? "DISK_FULL" : "OUTPUT_UNWRITABLE";
  return new LabError(known, `${path} cannot be written: ${message}. ${remedy}`, { path }, { cause: error });
}
