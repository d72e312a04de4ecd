/** The desktop app. What must be said before Electron is ready is said here, with nothing awaited before it. */
import { app } from "electron";
import { homeArgument, labHome } from "#core/app/lab-home.ts";
import { turnTelemetryOff } from "#core/system/telemetry-off.ts";
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
if (app.requestSingleInstanceLock()) void start(home);
else app.quit();
