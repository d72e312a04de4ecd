import type { IncomingMessage, ServerResponse } from "node:http";
import { readAsset, SECURITY_HEADERS } from "#core/app/files/assets.ts";
import type { Downloads } from "#core/app/files/downloads.ts";
import { sendDownload } from "./download.ts";
import { hostAllowed, hostOf, type Session, sessionCookie } from "./security.ts";

interface PagesOptions {
  /** Folder of the built pages. */
  readonly root: string;
  readonly port: number;
  readonly session: Session;
  /** Files that were made for a page. */
  readonly downloads: Pick<Downloads, "find">;
  /** The printed address was used: another browser needs the next one. */
  readonly onEntered: () => void;
}

/** Answers one request for a page; every way out of it is one status. */
export async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  options: PagesOptions,
): Promise<void> {
  const { root, port, session, downloads, onEntered } = options;
  if (!hostAllowed(hostOf(request), port)) {
    refuse(response, 421, "This address is not served here.");
    return;
  }
  const [pathname = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const token = new URLSearchParams(query).get("token");
  const known = session.holds(request.headers.cookie, port);
  if (request.method === "GET" && pathname === "/" && token !== null && (known || session.redeem(token))) {
    // Away from the URL with the token: it stays in no history, no referrer and no screenshot.
    response.writeHead(302, { ...SECURITY_HEADERS, location: "/", "set-cookie": sessionCookie(port, session.secret) });
    response.end();
    if (!known) onEntered();
    return;
  }
  if (!known) {
    refuse(response, 403, "Open the address that Quantscope printed last: each one lets one browser in.");
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    refuse(response, 405, "Pages can only be read.", { allow: "GET, HEAD" });
    return;
  }
  const download = downloads.find(pathname);
  if (download) {
    await sendDownload(request, response, download);
    return;
  }
  const asset = await readAsset(root, pathname);
  response.writeHead(asset.status, { ...asset.headers, "content-length": asset.body.byteLength });
  response.end(request.method === "HEAD" ? undefined : asset.body);
}

function refuse(response: ServerResponse, status: number, reason: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers, "content-type": "text/plain; charset=utf-8" });
  response.end(`${reason}\n`);
}
