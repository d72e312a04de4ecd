/** What no page may do, whatever it holds: leave our origin, open windows, embed a webview, be given a permission. */
import { app, type Session, type WebContents } from "electron";
import { isOurs } from "./origin.ts";

export function guardPages(): void {
  app.on("web-contents-created", (_event, contents) => {
    guardContents(contents);
  });
}

function guardContents(contents: WebContents): void {
  const stayHere = (details: { url: string; preventDefault(): void }): void => {
    if (!isOurs(details.url)) details.preventDefault();
  };
  // A file dropped on the window is a navigation too.
  contents.on("will-navigate", stayHere);
  contents.on("will-frame-navigate", stayHere);
  contents.on("will-redirect", stayHere);
  contents.on("will-attach-webview", (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** Electron grants every permission that nobody refuses. */
export function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => {
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}
