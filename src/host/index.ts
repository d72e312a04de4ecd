/** The loopback host: the app's pages in a browser, for machines with no display or no Electron. */
import { join } from "node:path";
import { createApp, type LabApp } from "#core/app/app.ts";
import { labHome, openLabToRead } from "#core/app/open-lab.ts";
import { runReaderFile, workerFile } from "#core/app/files/worker-file.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { appRoot } from "#core/system/app-version.ts";
import { outliveErrors } from "#core/system/last-resort.ts";
import { outliveReaders } from "#core/system/output.ts";
import { detach, onProblem } from "#core/system/problems.ts";
import { visible } from "#shared/visible.ts";
import { parseHostArguments } from "./args.ts";
import { explain } from "./explain.ts";
import { onLauncherEnd } from "./launcher.ts";
import { openBrowser } from "./open-browser.ts";
import { type Host, startHost } from "./server.ts";

/** A terminal that is closed (SIGHUP) asks for the end as well. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

outliveReaders();
let giveUp = (): void => process.exit(1);
outliveErrors(() => {
  process.stderr.write("quantscope: errors do not stop; ending. What was measured is stored.\n");
  giveUp();
});
onProblem(({ message, file }) => {
  process.stderr.write(`quantscope: ${visible(message)}${file === null ? "" : ` (details: ${file})`}\n`);
});
try {
  const { home, port, open } = parseHostArguments(process.argv.slice(2));
  const lab = openLabToRead(labHome(home));
  if (lab.readOnly !== null) process.stderr.write(`quantscope: ${visible(lab.readOnly)}\n`);
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
  giveUp = endOnSignal(host, labApp, lab);
} catch (error) {
  const { message, exitCode } = explain(error);
  process.stderr.write(`quantscope: ${visible(message)}\n`);
  process.exitCode = exitCode;
}

/** The first signal closes in order; a second one has its default effect. Returns what a signal does. */
function endOnSignal(host: Host, labApp: LabApp, lab: Disposable): () => void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    for (const signal of SIGNALS) process.removeListener(signal, end);
    const what = labApp.busy();
    if (what !== null) process.stderr.write(`quantscope: ${what}; stopping it, what was measured is stored ...\n`);
    const closed = Promise.allSettled([host.close(), labApp.close()]).then(() => {
      lab[Symbol.dispose]();
    });
    detach(closed, "The lab could not be closed in order");
  };
  for (const signal of SIGNALS) process.on(signal, end);
  onLauncherEnd(end);
  return end;
}
