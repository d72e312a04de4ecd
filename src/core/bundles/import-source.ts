/** A file that is to be imported: one on the disk, or one whose content a page handed over. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { LabError } from "#shared/errors.ts";
import { decodeText } from "#core/benchmarks/decode-text.ts";
import { isUtf16 } from "#core/system/foreign-content.ts";
import type { ForeignCell } from "./foreign-run.ts";

/** Larger than any run that is sensible: reading goes through memory. */
const MOST_FILE_BYTES = 1 << 30;
/** V8's longest text is a little above. */
const MOST_TEXT_BYTES = 480 * 2 ** 20;
const HEAD_BYTES = 1 << 16;

/** What a foreign file does not say of itself. */
export interface ImportOptions {
  readonly cell?: ForeignCell | undefined;
  readonly model?: string | undefined;
}

export interface ImportSource {
  /** Where it lies; of a file that came by its content, its name. */
  readonly path: string;
  /** Without it, the file is read. */
  readonly content?: {
    readonly bytes: Uint8Array;
    /** When the file was last written, where the page knew. */
    readonly modifiedAt: string | null;
  };
}

export interface ReadSource {
  /** As it was given, for messages. */
  readonly path: string;
  readonly name: string;
  readonly bytes: Buffer;
  /** Of its folder; null for a file that came by its content. */
  readonly folder: string | null;
  /** ISO 8601, UTC; of a content that does not know, now. */
  readonly modifiedAt: string;
}

/** @throws LabError BAD_REQUEST */
export function readSource({ path, content }: ImportSource): ReadSource {
  const name = basename(path);
  if (content) {
    const modifiedAt = content.modifiedAt ?? new Date().toISOString();
    const { buffer, byteOffset, byteLength } = content.bytes;
    return { path, name, bytes: Buffer.from(buffer, byteOffset, byteLength), folder: null, modifiedAt };
  }
  try {
    const { size, mtimeMs } = statSync(path);
    if (size > MOST_FILE_BYTES) throw new Error(`it is larger than ${MOST_FILE_BYTES} bytes`);
    const modifiedAt = new Date(mtimeMs).toISOString();
    return { path, name, bytes: readFileSync(path), folder: basename(dirname(resolve(path))), modifiedAt };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** How a file begins, to tell what it is; empty for one that cannot be read, which reading it says. */
export function headOf(source: ImportSource): string {
  return headBytes(source)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}

function headBytes({ path, content }: ImportSource): Buffer {
  if (content) return Buffer.from(content.bytes.subarray(0, HEAD_BYTES));
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } catch {
    return Buffer.alloc(0);
  } finally {
    closeSync(descriptor);
  }
}

/** @throws LabError BAD_REQUEST for one that is too long, empty, or not UTF-8 */
export function textOf({ path, bytes }: ReadSource): string {
  if (bytes.length > MOST_TEXT_BYTES) {
    throw unreadable(path, new Error(`as text it is larger than ${MOST_TEXT_BYTES} bytes`));
  }
  const text = decodeText(bytes, path, "BAD_REQUEST");
  if (text.trim() === "")
    throw new LabError("BAD_REQUEST", `${path} is empty. Write it again where it was made.`, { path });
  return text;
}

/** Whether it is no text at all, such as weights or a picture. */
export function isBinary({ bytes }: ReadSource): boolean {
  return bytes.subarray(0, HEAD_BYTES).includes(0) && !isUtf16(bytes);
}

function unreadable(path: string, error: unknown): LabError {
  const { message } = error as Error;
  return new LabError("BAD_REQUEST", `${path} cannot be read: ${message}.`, { path }, { cause: error });
}

/**
 * What a file of another tool does not say of itself.
 * @param why what it says that is not enough
 */
export function needsCell(path: string, why: string): LabError {
  return new LabError(
    "BAD_REQUEST",
    `${path} does not say for sure which format and provider it is of: ${why}. Say it with --cell, such as --cell int4@cpu; in the window, choose both.`,
    { path, needs: "cell" },
  );
}
