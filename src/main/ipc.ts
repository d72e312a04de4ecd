/**
 * The contract over Electron's IPC, and the only importer of ipcMain: every request passes the sender check here, then
 * the contract's own checks in `answer`. The channels are spelled in the preload script as well, which may import neither.
 */
import { ipcMain, type IpcMainInvokeEvent, webContents } from "electron";
import { answer } from "#core/app/handlers.ts";
import type { PathGuard } from "#core/app/files/path-guard.ts";
import type { EventName, EventPayload, Handlers, Reply } from "#shared/api.ts";
import { isOurs } from "./origin.ts";

const REQUEST_CHANNEL = "lab:request";
const EVENT_CHANNEL = "lab:event";
const DROPPED_CHANNEL = "lab:dropped";

/** Only the top frame of our own page may ask. A frame that is already gone has no sender. */
export function senderAllowed({ senderFrame }: Pick<IpcMainInvokeEvent, "senderFrame">): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOurs(senderFrame.url);
}

export function serveRequests(handlers: Handlers): void {
  ipcMain.handle(REQUEST_CHANNEL, async (event, name: unknown, input: unknown): Promise<Reply> => {
    if (senderAllowed(event)) return answer(handlers, name, input);
    const message = "This page may not ask the lab.";
    return { ok: false, error: { code: "BAD_REQUEST", message, details: {} } };
  });
}

/**
 * Lets a page add what was dropped on it. The path comes from the preload script, which got it from Electron for a File
 * that a user dropped or chose; a page cannot make one, and cannot reach this channel.
 */
export function serveDrops(paths: Pick<PathGuard, "grant">): void {
  ipcMain.handle(DROPPED_CHANNEL, (event, path: unknown): boolean => {
    if (!senderAllowed(event) || typeof path !== "string" || path === "") return false;
    paths.grant(path);
    return true;
  });
}

/** Tells every open window. */
export function broadcast<N extends EventName>(name: N, payload: EventPayload<N>): void {
  for (const contents of webContents.getAllWebContents()) {
    if (isOurs(contents.getURL())) contents.send(EVENT_CHANNEL, name, payload);
  }
}
