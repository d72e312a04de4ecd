/** The bridge: the only thing a page gets from outside its sandbox. The channels are those of src/main/ipc.ts. */
import { contextBridge, ipcRenderer } from "electron";
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
};

contextBridge.exposeInMainWorld("lab", bridge);
