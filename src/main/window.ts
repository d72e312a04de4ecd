import { BrowserWindow, nativeTheme } from "electron";
import { APP_URL } from "./origin.ts";

/** After the page until it has drawn: `--surface-page` of the renderer's tokens.css, so that nothing flashes. */
const BACKGROUND = { light: "#f4f6f7", dark: "#101417" };

/**
 * Opens the window; its place and size are those it had last.
 * @param guard asks before the window closes (quit-guard.ts)
 */
export async function openWindow(preload: string, guard: { guardWindow(window: BrowserWindow): void }): Promise<void> {
  const window = new BrowserWindow({
    name: "main",
    windowStatePersistence: true,
    title: "Quantscope",
    width: 1280,
    height: 800,
    minWidth: 880,
    minHeight: 480,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  guard.guardWindow(window);
  window.once("ready-to-show", () => {
    window.show();
  });
  await window.loadURL(APP_URL);
}

const hidden = new WeakSet<object>();

/** Windows that the app needs for itself, to print, are none that a user could be shown. */
export function hideFromUser(window: object): void {
  hidden.add(window);
}

export function userWindows(): ReturnType<typeof BrowserWindow.getAllWindows> {
  return BrowserWindow.getAllWindows().filter((window) => !hidden.has(window));
}

/** A second start of the app, the dock and a menu bring the window to the front, also from the background. */
export function focusWindow(): void {
  const window = userWindows()[0];
  if (!window) return;
  if (!window.isVisible()) window.show();
  if (window.isMinimized()) window.restore();
  window.focus();
}
