import { app } from "electron";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts the browser's own files, and with them the single-instance lock, into the data folder: two data folders are two
 * apps, and one is never opened twice. A folder that cannot be made is left to opening the store, which says why.
 */
export function useProfileIn(home: string): void {
  const profile = join(home, "window");
  try {
    // Electron refuses a path that is not there.
    mkdirSync(profile, { recursive: true });
    app.setPath("userData", profile);
  } catch {
    return;
  }
}
