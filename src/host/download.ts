/** A file that was made for a page, streamed: of any length, little of it is in memory. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { SECURITY_HEADERS } from "#core/app/files/assets.ts";
import type { Download } from "#core/app/files/downloads.ts";

/**
 * Of a report that is shown: it brings its style and nothing else, and no script of it runs, whatever it holds. Its origin is
 * ours, so that the page that opened it may call the print dialog.
 */
const REPORT_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "sandbox allow-same-origin allow-modals",
].join("; ");

/** What every header can hold; the rest of a name stands in the other form beside it. */
const PLAIN = /[^\w. -]+/g;

export async function sendDownload(
  { method }: Pick<IncomingMessage, "method">,
  response: ServerResponse,
  { file, fileName, mediaType, shown }: Download,
): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (!found) {
    response.writeHead(404, { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8" });
    response.end("The file is no longer there. Export it again.\n");
    return;
  }
  const name = `filename="${fileName.replaceAll(PLAIN, "_")}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    ...(shown && { "content-security-policy": REPORT_POLICY }),
    "cache-control": "no-store",
    "content-type": mediaType,
    "content-length": found.size,
    "content-disposition": `${shown ? "inline" : "attachment"}; ${name}`,
  });
  if (method === "HEAD") {
    response.end();
    return;
  }
  try {
    await pipeline(createReadStream(file), response);
  } catch {
    // The browser gave up, or the disk did: the length tells it that something is missing.
    response.destroy();
  }
}
