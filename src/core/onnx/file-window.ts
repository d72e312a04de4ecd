import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const WINDOW_BYTES = 1 << 20;
/** Bytes that are read after a jump: between two large tensors lie a few hundred. */
const FIRST_WINDOW_BYTES = 1 << 12;

/** A file read by position through one window, so that a 2 GB model costs a megabyte to walk. The window grows as one reads on. */
export class FileWindow implements Disposable {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  #window = new Uint8Array(0);
  #start = 0;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, "r");
    this.size = fstatSync(this.#fd).size;
  }

  /** The byte at `offset`; the caller has checked that it lies inside the file. */
  byteAt(offset: number): number {
    const at = offset - this.#start;
    if (at >= 0 && at < this.#window.length) return this.#window[at]!;
    this.#move(offset);
    return this.#window[0]!;
  }

  /** A copy of `length` bytes from `offset`. Throws RangeError where the file ends before. */
  slice(offset: number, length: number): Uint8Array {
    const at = offset - this.#start;
    if (at >= 0 && at + length <= this.#window.length) return this.#window.slice(at, at + length);
    const bytes = new Uint8Array(length);
    readFully(this.#fd, bytes, offset);
    return bytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #move(offset: number): void {
    const skipped = offset - (this.#start + this.#window.length);
    // Over a small field, that is.
    const readsOn = skipped >= 0 && skipped < FIRST_WINDOW_BYTES;
    const wanted = readsOn ? Math.max(FIRST_WINDOW_BYTES, this.#window.length * 4) : FIRST_WINDOW_BYTES;
    const bytes = new Uint8Array(Math.min(wanted, WINDOW_BYTES, this.size - offset));
    if (bytes.length === 0) throw new RangeError(`offset ${offset} is beyond the end of ${this.path}`);
    readFully(this.#fd, bytes, offset);
    this.#window = bytes;
    this.#start = offset;
  }
}

/** Fills `target` from the file's `position` on; a short read (a file that shrank) is a RangeError. */
export function readFully(fd: number, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length;) {
    const count = readSync(fd, target, done, Math.min(target.length - done, 1 << 30), position + done);
    if (count === 0) throw new RangeError(`the file ends ${target.length - done} bytes too early`);
    done += count;
  }
}
