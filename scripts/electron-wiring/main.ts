/** src/main/start.ts without the lab, whose native modules an Electron of 2021 cannot load: the same parts in the same order. */
import { app, session } from "electron";
import { join } from "node:path";
import type { Handlers } from "#shared/api.ts";
import { guardPages, refusePermissions } from "../../src/main/guards.ts";
import { broadcast, serveDrops, serveRequests } from "../../src/main/ipc.ts";
import { registerScheme, serveAssets } from "../../src/main/protocol.ts";
import { openWindow } from "../../src/main/window.ts";

const [folder = ""] = process.argv.slice(-1);

registerScheme();
// Root runs no sandbox, and Electron 9 then ends its own processes: the window's `sandbox: true` stays.
if (process.getuid?.() !== 0) app.enableSandbox();
guardPages();
const handlers = { "runs.list": ({ limit }: { limit: number }) => ({ total: limit, runs: [] }) };
void app.whenReady().then(() => {
  refusePermissions(session.defaultSession);
  serveAssets(join(folder, "pages"));
  serveRequests(handlers as unknown as Handlers);
  serveDrops({ grant: () => undefined });
  void openWindow(join(folder, "index.cjs"), { guardWindow: () => undefined });
  // The test asks for an event by this name.
  app.on("wiring-broadcast" as never, () => {
    broadcast("runs.changed", {});
  });
});
