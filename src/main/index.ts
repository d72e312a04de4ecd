/** The desktop app. What must be said before Electron is ready is said here, with nothing awaited before it. */
import { app } from "electron";
import { labHome } from "#core/app/open-lab.ts";
import { homeArgument } from "./home-argument.ts";
import { useProfileIn } from "./profile.ts";
import { registerScheme } from "./protocol.ts";
import { start } from "./start.ts";

registerScheme();
app.enableSandbox();

const home = labHome(homeArgument(process.argv.slice(1)));
useProfileIn(home);
if (app.requestSingleInstanceLock()) void start(home);
else app.quit();
