/**
 * The reference's next tokens and logits on disk, position by position, for the other cells to compare with. Two files a set,
 * in the machine's own byte order, since writer and readers run on one machine:
 *
 *   SET.tokens  one record of 296 bytes a position, at its place, all int32: checksum, vocabulary size, number of tokens, slot
 *               of the logits or -1, their checksum, 0, hash of the tokens in front (4), ids of the most likely next tokens (64)
 *   SET.logits  float32 rows of the vocabulary's size, at their slots; an evenly spread part of the positions
 *
 * A record is written in one call and after its logits, so what a killed writer left is either whole or not seen. Whatever
 * does not fit - another prompt, another vocabulary, a file cut short - reads as absent: no comparison is better than a wrong one.
 */
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { LabError } from "#shared/errors.ts";
import { STORED_TOP_TOKENS } from "#shared/spec.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import type { ReferenceRows } from "#core/runs/protocol.ts";

/** Positions of a set whose logits are kept: enough for a mean, and 622 MB at a vocabulary of 152,000. */
const MOST_LOGITS_ROWS = 1024;
/** Bytes of logits of a set. A run has two sets at most, questions and texts. */
const MOST_LOGITS_BYTES = 2 ** 30;

/** The reference's next tokens at one position. */
export interface ReferencePosition {
  /** Most likely first. */
  readonly topIds: readonly number[];
  /** Null where they were not kept. Valid until the next position is read. */
  readonly logits: Float32Array | null;
}

/** Where a row of logits stands. */
export interface RowPlace {
  /** From 0, of the set's `positions`. */
  readonly index: number;
  /** The tokens in front of it: a comparison after other tokens would mean nothing. */
  readonly ids: TokenIds;
}

/** One set's rows. Disposing closes the files. */
export interface RowFile extends Disposable {
  /** Keeps a row of the reference. @throws LabError DISK_FULL, OUTPUT_UNWRITABLE */
  write(place: RowPlace, logits: Float32Array, topIds: readonly number[]): void;
  /** What the reference left for this place; null for a place that it has nothing for, or not for such a vocabulary. */
  read(place: RowPlace, vocabulary: number): ReferencePosition | null;
}

interface RowSet {
  /** Names the files: `questions-0`, `text`. */
  readonly name: string;
  readonly positions: number;
}

/** Opens a set for its role: the reference writes and reads nothing, the others read and write nothing. */
export function openRowFile(rows: ReferenceRows | null, set: RowSet): RowFile {
  if (rows === null) return NO_ROWS;
  return rows.role === "write" ? new RowWriter(rows.dir, set) : new RowReader(rows.dir, set);
}

const NO_ROWS: RowFile = { write: () => undefined, read: () => null, [Symbol.dispose]: () => undefined };

const HEAD = 10;
const RECORD_INTS = HEAD + STORED_TOP_TOKENS;
const RECORD_BYTES = 4 * RECORD_INTS;
const [CHECKSUM, VOCABULARY, COUNT, SLOT, LOGITS_CHECKSUM, KEY] = [0, 1, 2, 3, 4, 6] as const;

/** First 16 bytes of SHA-256 over the tokens. */
function keyOf({ ids }: RowPlace): Int32Array {
  const hash = createHash("sha256")
    .update(new Uint8Array(Int32Array.from(ids).buffer))
    .digest();
  return new Int32Array(new Uint8Array(hash.subarray(0, 16)).buffer);
}

const bytesOf = (array: Int32Array | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const checksumOf = (record: Int32Array): number => crc32(bytesOf(record.subarray(1))) | 0;

/**
 * Which row of the logits' file a position has; null where its logits are not kept. Those kept are spread evenly.
 * @param rowBytes what one row of logits takes
 */
export function logitsSlot(index: number, positions: number, rowBytes: number): number | null {
  const most = Math.min(MOST_LOGITS_ROWS, Math.floor(MOST_LOGITS_BYTES / rowBytes));
  if (most >= positions) return index;
  const slot = Math.floor((index * most) / positions);
  return Math.floor(((index + 1) * most) / positions) > slot ? slot : null;
}

class RowWriter implements RowFile {
  readonly #set: RowSet;
  readonly #paths: readonly [string, string];
  readonly #tokens: number;
  readonly #logits: number;

  constructor(dir: string, set: RowSet) {
    this.#set = set;
    this.#paths = pathsOf(dir, set);
    const [tokens, logits] = this.#paths;
    this.#tokens = guarded(tokens, () => {
      mkdirSync(dir, { recursive: true });
      return openSync(tokens, "w");
    });
    this.#logits = guarded(logits, () => openSync(logits, "w"));
  }

  write(place: RowPlace, logits: Float32Array, topIds: readonly number[]): void {
    const slot = logitsSlot(place.index, this.#set.positions, logits.byteLength);
    const [tokensPath, logitsPath] = this.#paths;
    if (slot !== null) {
      guarded(logitsPath, () => {
        writeAll(this.#logits, bytesOf(logits), slot * logits.byteLength);
      });
    }
    const record = new Int32Array(RECORD_INTS);
    record[VOCABULARY] = logits.length;
    record[COUNT] = topIds.length;
    record[SLOT] = slot ?? -1;
    record[LOGITS_CHECKSUM] = slot === null ? 0 : crc32(bytesOf(logits)) | 0;
    record.set(keyOf(place), KEY);
    record.set(topIds, HEAD);
    record[CHECKSUM] = checksumOf(record);
    guarded(tokensPath, () => {
      writeAll(this.#tokens, bytesOf(record), place.index * RECORD_BYTES);
    });
  }

  read(): null {
    return null;
  }

  [Symbol.dispose](): void {
    closeSync(this.#tokens);
    closeSync(this.#logits);
  }
}

class RowReader implements RowFile {
  readonly #tokens: number | null;
  readonly #logits: number | null;
  readonly #record = new Int32Array(RECORD_INTS);
  #row = new Float32Array(0);

  constructor(dir: string, set: RowSet) {
    const [tokens, logits] = pathsOf(dir, set);
    this.#tokens = openIfThere(tokens);
    this.#logits = openIfThere(logits);
  }

  write(): void {
    // Only the reference's rows are kept.
  }

  read(place: RowPlace, vocabulary: number): ReferencePosition | null {
    const record = this.#record;
    if (!readAll(this.#tokens, bytesOf(record), place.index * RECORD_BYTES)) return null;
    const key = keyOf(place);
    const fits =
      record[CHECKSUM] === checksumOf(record) &&
      record[VOCABULARY] === vocabulary &&
      key.every((part, index) => record[KEY + index] === part);
    if (!fits) return null;
    const topIds = Array.from(record.subarray(HEAD, HEAD + record[COUNT]!));
    return { topIds, logits: this.#readLogits(record[SLOT]!, record[LOGITS_CHECKSUM]!, vocabulary) };
  }

  #readLogits(slot: number, checksum: number, vocabulary: number): Float32Array | null {
    if (slot < 0) return null;
    if (this.#row.length !== vocabulary) this.#row = new Float32Array(vocabulary);
    const bytes = bytesOf(this.#row);
    if (!readAll(this.#logits, bytes, slot * bytes.length)) return null;
    return (crc32(bytes) | 0) === checksum ? this.#row : null;
  }

  [Symbol.dispose](): void {
    if (this.#tokens !== null) closeSync(this.#tokens);
    if (this.#logits !== null) closeSync(this.#logits);
  }
}

function pathsOf(dir: string, { name }: RowSet): readonly [string, string] {
  return [join(dir, `${name}.tokens`), join(dir, `${name}.logits`)];
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

/** Whether all of `bytes` could be read; an unreadable file is as good as none. */
function readAll(fd: number | null, bytes: Uint8Array, at: number): boolean {
  if (fd === null) return false;
  try {
    let done = 0;
    for (let more = 1; more > 0 && done < bytes.length; done += more) {
      more = readSync(fd, bytes, done, bytes.length - done, at + done);
    }
    return done === bytes.length;
  } catch {
    return false;
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}

/** Turns the file system's refusals into errors with a remedy. */
function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const details = { file: path, code };
    if (code === "ENOSPC" || code === "EDQUOT") {
      const message = `${path}: the disk became full while the reference's next tokens were kept. Free some space (at most 2.2 GB are needed) and resume the run.`;
      throw new LabError("DISK_FULL", message, details, { cause });
    }
    const message = `${path} cannot be written (${code || String(cause)}). Change the folder's permissions, or choose another data folder.`;
    throw new LabError("OUTPUT_UNWRITABLE", message, details, { cause });
  }
}
