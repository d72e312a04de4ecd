/** The loopback host: the app's pages in a browser, for machines with no display or no Electron. */
import { join } from "node:path";
import { createApp, type LabApp } from "#core/app/app.ts";
import { labHome, openLab } from "#core/app/open-lab.ts";
import { runReaderFile, workerFile } from "#core/app/worker-file.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { appRoot } from "#core/system/app-version.ts";
import { parseHostArguments } from "./args.ts";
import { explain } from "./explain.ts";
import { onLauncherEnd } from "./launcher.ts";
import { openBrowser } from "./open-browser.ts";
import { type Host, startHost } from "./server.ts";

try {
  const { home, port, open } = parseHostArguments(process.argv.slice(2));
  const lab = openLab(labHome(home));
  const { temporaryDir } = lab;
  const labApp = createApp({
    lab,
    transport: "host",
    spawner: forkSpawner(workerFile(), { temporaryDir }),
    reader: forkSpawner(runReaderFile(), { temporaryDir }),
    shell: null,
  });
  const host = await startHost({
    handlers: labApp.handlers,
    root: join(appRoot(), "out", "renderer"),
    downloads: labApp.downloads,
    port,
    onEntered: (nextUrl) => process.stdout.write(`For another browser: ${nextUrl}\n`),
  });
  labApp.events.on(host.broadcast);
  process.stdout.write(`Quantscope is at ${host.url}\n`);
  if (open) openBrowser(host.url);
  endOnSignal(host, labApp, lab);
} catch (error) {
  const { message, exitCode } = explain(error);
  process.stderr.write(`quantscope: ${message}\n`);
  process.exitCode = exitCode;
}

/** The first signal closes in order; a second one has its default effect. */
function endOnSignal(host: Host, labApp: LabApp, lab: Disposable): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeListener(signal, end);
    const what = labApp.busy();
    if (what !== null) process.stderr.write(`quantscope: ${what}; stopping it, what was measured is stored ...\n`);
    void Promise.all([host.close(), labApp.close()]).then(() => {
      lab[Symbol.dispose]();
    });
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  onLauncherEnd(end);
}
