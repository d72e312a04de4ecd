import { closeSync, openSync, readSync } from "node:fs";

/** Enough of a file to know it by. */
const HEAD_BYTES = 256;

/**
 * What a file holds in place of what its name promises, with the remedy: downloads end as pointers, pages and archives more
 * often than as damaged files. Null where nothing speaks against it.
 * @param head the file's first bytes
 * @returns how the sentence "FILE is ..." goes on, with its full stops
 */
export function foreignContent(head: Uint8Array): string | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, HEAD_BYTES));
  if (bytes.length === 0) return "empty. Download it again.";
  const text = bytes.toString("latin1");
  if (text.startsWith("version https://git-lfs"))
    return 'a Git LFS pointer, not the file itself. Run "git lfs pull" in its folder, or download the file.';
  if (/^(\xEF\xBB\xBF)?\s*<(!doctype|html|\?xml|head|body)/i.test(text))
    return "a web page: the download went to a log-in or error page. Download the file itself.";
  if (text.startsWith("\x1F\x8B")) return "compressed with gzip. Unpack it first.";
  if (text.startsWith("PK\x03\x04")) return "a zip archive. Unpack it first.";
  if (text.startsWith("\x28\xB5\x2F\xFD")) return "compressed with Zstandard. Unpack it first.";
  return null;
}

/** By its mark; without one, by the zero in every second byte of what is ASCII. */
export function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const head = [...bytes.subarray(0, 32)];
  return head.length > 1 && [0, 1].some((half) => head.every((byte, index) => (byte === 0) === (index % 2 === half)));
}

/** `foreignContent` of a file on disk. Fails as the file system does. */
export function foreignFile(path: string): string | null {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, "r");
  try {
    return foreignContent(head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0)));
  } finally {
    closeSync(file);
  }
}
