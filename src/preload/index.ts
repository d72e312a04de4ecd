/** The bridge: the only thing a page gets from outside its sandbox. The channels are those of src/main/ipc.ts. */
import { contextBridge, ipcRenderer, webUtils } from "electron";
import type { LabBridge, Reply } from "#shared/api.ts";

const bridge: LabBridge = {
  request: (name, input) => ipcRenderer.invoke("lab:request", name, input) as Promise<Reply>,
  on: (name, listener) => {
    // The event object stays here: it would hand the page a way to send.
    const forward = (_event: unknown, event: string, payload: unknown): void => {
      if (event === name) listener(payload);
    };
    ipcRenderer.on("lab:event", forward);
    return () => {
      ipcRenderer.removeListener("lab:event", forward);
    };
  },
  droppedPath: async (file) => {
    // Empty for a File that the page made itself.
    const path = webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0]);
    const granted = path !== "" && ((await ipcRenderer.invoke("lab:dropped", path)) as boolean);
    return granted ? path : null;
  },
};

contextBridge.exposeInMainWorld("lab", bridge);
