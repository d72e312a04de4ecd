import { app, BrowserWindow, dialog, session } from "electron";
import { join } from "node:path";
import { createHandlers } from "#core/app/handlers.ts";
import { type Lab, openLab } from "#core/app/open-lab.ts";
import { appRoot } from "#core/system/app-version.ts";
import { guardPages, refusePermissions } from "./guards.ts";
import { serveRequests } from "./ipc.ts";
import { setMenu } from "./menu.ts";
import { serveAssets } from "./protocol.ts";
import { focusWindow, openWindow } from "./window.ts";

const STORE_UNUSABLE_EXIT = 4;

/** Everything from Electron's "ready" to its end, in the order in which it must be there: the window comes last. */
export async function start(home: string): Promise<void> {
  guardPages();
  await app.whenReady();
  const lab = openOrExplain(home);
  if (!lab) return;
  const out = join(appRoot(), "out");
  const open = (): void => void openWindow(join(out, "preload", "index.cjs"));

  refusePermissions(session.defaultSession);
  serveAssets(join(out, "renderer"));
  serveRequests(createHandlers(lab));
  setMenu();
  app.on("second-instance", focusWindow);
  app.on("activate", () => {
    if (BrowserWindow.getAllWindows().length === 0) open();
  });
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  app.on("will-quit", () => {
    lab[Symbol.dispose]();
  });
  open();
}

function openOrExplain(home: string): Lab | null {
  try {
    return openLab(home);
  } catch (error) {
    dialog.showErrorBox("Quantscope cannot open its data folder", (error as Error).message);
    app.exit(STORE_UNUSABLE_EXIT);
    return null;
  }
}
