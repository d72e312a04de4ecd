import { app, dialog, session } from "electron";
import { join } from "node:path";
import { createApp, type LabApp } from "#core/app/app.ts";
import { type Lab, openLab } from "#core/app/open-lab.ts";
import { runReaderFile, workerFile } from "#core/app/files/worker-file.ts";
import { appRoot, appVersion } from "#core/system/app-version.ts";
import { detach } from "#core/system/problems.ts";
import { watchForUser } from "./desktop-notifications.ts";
import { guardPages, refusePermissions } from "./guards.ts";
import { broadcast, serveDrops, serveRequests } from "./ipc.ts";
import { setAbout, setMenu } from "./menu.ts";
import { electronShell } from "./native-shell.ts";
import { serveAssets } from "./protocol.ts";
import { QuitGuard } from "./quit-guard.ts";
import { desktopSpawner } from "./spawner.ts";
import { focusWindow, openWindow, userWindows } from "./window.ts";

const STORE_UNUSABLE_EXIT = 4;

/** Everything from Electron's "ready" to its end, in the order in which it must be there: the window comes last. */
export async function start(home: string): Promise<void> {
  guardPages();
  await app.whenReady();
  const lab = openOrExplain(home);
  if (!lab) return;
  const out = join(appRoot(), "out");
  const labApp = labOf(lab);
  const guard = new QuitGuard(labApp);
  const open = (): void => {
    detach(openWindow(join(out, "preload", "index.cjs"), guard), "The window could not be opened");
  };

  refusePermissions(session.defaultSession);
  serveAssets(join(out, "renderer"));
  serveRequests(labApp.handlers);
  serveDrops(labApp.paths);
  labApp.events.on(broadcast);
  watchForUser(labApp.events);
  setAbout(appVersion());
  guard.install();
  app.on("second-instance", focusWindow);
  app.on("activate", () => {
    if (userWindows().length === 0) open();
    else focusWindow();
  });
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  app.on("will-quit", () => {
    // Timers and children that would use the store end at once; there is nothing left that it would have to wait for.
    detach(labApp.close(), "The lab could not be closed in order");
    lab[Symbol.dispose]();
  });
  open();
}

function labOf(lab: Lab): LabApp {
  const shell = electronShell();
  const shown = Object.entries(process.versions).filter(([name]) => name === "electron" || name === "chrome");
  const versions = Object.fromEntries(shown) as Record<string, string>;
  const labApp = createApp({
    lab,
    transport: "electron",
    spawner: desktopSpawner(workerFile(), lab.temporaryDir),
    reader: desktopSpawner(runReaderFile(), lab.temporaryDir),
    shell,
    versions,
  });
  setMenu({
    choose: (command) => {
      focusWindow();
      labApp.events.emit("menu.chosen", { command });
    },
    openHome: () => {
      detach(shell.openFolder(lab.home), "The data folder could not be shown");
    },
  });
  return labApp;
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
