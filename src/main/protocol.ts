import { protocol } from "electron";
import { readAsset } from "#core/app/files/assets.ts";
import { isOurs, SCHEME } from "./origin.ts";

/** Gives our scheme an origin of its own. Electron takes this once, and only before it is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built pages below `root`, with the same headers as the loopback host. */
export function serveAssets(root: string): void {
  protocol.handle(SCHEME, async ({ url, method }) => {
    if (!isOurs(url) || method !== "GET") return new Response(null, { status: 404 });
    const { status, headers, body } = await readAsset(root, new URL(url).pathname);
    return new Response(body, { status, headers });
  });
}
