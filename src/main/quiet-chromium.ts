/** Turns Chromium's own calls home off; at once, because Electron reads its command line only until it is ready. */
import { app } from "electron";
import { SWITCHES } from "./chromium-switches.ts";

export function keepChromiumQuiet(): void {
  for (const { name, value } of SWITCHES) app.commandLine.appendSwitch(name, value);
  app.on("session-created", (session) => {
    // Its dictionaries would be fetched from Google.
    session.setSpellCheckerEnabled(false);
  });
}
