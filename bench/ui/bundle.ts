import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** The limit for all files of the pages without fonts, gzipped one by one as a server would send them. */
export const BUNDLE_LIMIT_BYTES = 350_000;

const FONTS = new Set([".woff", ".woff2", ".ttf"]);

export interface BundleSize {
  /** Gzipped. */
  readonly bytes: number;
  /** Largest first. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Size of the built pages below `root`, whichever view needs which part. */
export function bundleSize(root: string): BundleSize {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !FONTS.has(extname(entry.name)))
    .map(({ parentPath, name }) => ({ name, bytes: gzipSync(readFileSync(join(parentPath, name))).byteLength }))
    .sort((a, b) => b.bytes - a.bytes);
  return { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files };
}
