/** The built pages as files with safe headers: Electron's protocol handler and the loopback host serve the same thing. */
import { readFile } from "node:fs/promises";
import { extname, resolve, sep } from "node:path";

/** No inline script or style, no other origin, and only Svelte may turn a string into markup. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types svelte-trusted-html",
].join("; ");

/** What every answer carries, also one that says no. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-dns-prefetch-control": "off",
  "cache-control": "no-cache",
});

const MIME_TYPES: Readonly<Record<string, string>> = Object.freeze({
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ttf": "font/ttf",
});

interface Asset {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * The file that a URL's path means, or null where it leaves `root` or is of no kind that the pages have.
 * @param pathname still percent-encoded, with its leading slash
 */
export function assetFile(root: string, pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  // A backslash separates on Windows and a colon there names a drive or a stream; the pages' own names have neither.
  if (/[\0\\:]/.test(decoded)) return null;
  const base = resolve(root);
  const file = resolve(base, `.${decoded === "/" ? "/index.html" : decoded}`);
  if (!file.startsWith(base + sep)) return null;
  return Object.hasOwn(MIME_TYPES, extname(file)) ? file : null;
}

/** The file as an answer; whatever cannot be read is a 404 that says no more. */
export async function readAsset(root: string, pathname: string): Promise<Asset> {
  const file = assetFile(root, pathname);
  const body = file === null ? null : await readFile(file).catch(() => null);
  if (file === null || body === null) {
    const headers = { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8" };
    return { status: 404, headers, body: new TextEncoder().encode("There is no such page.\n") };
  }
  return { status: 200, headers: { ...SECURITY_HEADERS, "content-type": MIME_TYPES[extname(file)]! }, body };
}
