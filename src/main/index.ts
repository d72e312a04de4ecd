/** The desktop app. What must be said before Electron is ready is said here, with nothing awaited before it. */
import { app, dialog } from "electron";
import { homeArgument, labHome } from "#core/app/lab-home.ts";
import { outliveErrors } from "#core/system/last-resort.ts";
import { noteProblem } from "#core/system/problems.ts";
import { turnTelemetryOff } from "#core/system/telemetry-off.ts";
import { toEnvelope } from "#shared/errors.ts";
import { keepChromiumQuiet } from "./quiet-chromium.ts";
import { useProfileIn } from "./profile.ts";
import { registerScheme } from "./protocol.ts";
import { start } from "./start.ts";

turnTelemetryOff();
registerScheme();
keepChromiumQuiet();
app.enableSandbox();

const home = labHome(homeArgument(process.argv.slice(1)));
useProfileIn(home);
outliveErrors(() => {
  app.exit(1);
});
if (app.requestSingleInstanceLock()) start(home).catch(cannotStart);
else app.quit();

function cannotStart(error: unknown): void {
  noteProblem("Quantscope could not start", error);
  dialog.showErrorBox("Quantscope could not start", toEnvelope(error).message);
  app.exit(1);
}
