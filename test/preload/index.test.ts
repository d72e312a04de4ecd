import { describe, expect, it, vi } from "vitest";
import type { LabBridge } from "#shared/api.ts";

const { exposed, invoke, listeners, paths } = vi.hoisted(() => ({
  paths: new Map<unknown, string>(),
  exposed: new Map<string, unknown>(),
  invoke: vi.fn(() => Promise.resolve({ ok: true, value: 1 })),
  listeners: new Map<string, Set<(...parameters: unknown[]) => void>>(),
}));

vi.mock("electron", () => ({
  webUtils: { getPathForFile: (file: unknown) => paths.get(file) ?? "" },
  contextBridge: { exposeInMainWorld: (name: string, api: unknown) => exposed.set(name, api) },
  ipcRenderer: {
    invoke,
    on: (channel: string, listener: () => void) =>
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener)),
    removeListener: (channel: string, listener: () => void) => listeners.get(channel)?.delete(listener),
  },
}));

await import("../../src/preload/index.ts");
const lab = exposed.get("lab") as LabBridge;

describe("the preload script", () => {
  it("exposes the bridge and nothing else", () => {
    expect([...exposed.keys()]).toEqual(["lab"]);
    expect(Object.keys(lab)).toEqual(["request", "on", "droppedPath"]);
  });

  it("sends requests on the one channel, whatever their name", async () => {
    expect(await lab.request("shell:open", { a: 1 })).toEqual({ ok: true, value: 1 });
    expect(invoke).toHaveBeenCalledWith("lab:request", "shell:open", { a: 1 });
  });

  it("tells the path of what the user dropped, once main has granted it", async () => {
    const [dropped, made] = [{}, {}];
    paths.set(dropped, "/data/model");
    invoke.mockResolvedValueOnce(true as never);
    expect(await lab.droppedPath!(dropped)).toBe("/data/model");
    expect(invoke).toHaveBeenLastCalledWith("lab:dropped", "/data/model");
    invoke.mockResolvedValueOnce(false as never);
    expect(await lab.droppedPath!(dropped)).toBeNull();
    // A File that the page made itself has no path, and nobody is asked.
    const before = invoke.mock.calls.length;
    expect(await lab.droppedPath!(made)).toBeNull();
    expect(invoke.mock.calls).toHaveLength(before);
  });

  it("hands on the payload of the event asked for, never Electron's event object", () => {
    const heard = vi.fn();
    const stop = lab.on("runs.changed", heard);
    const send = (name: string): void => {
      for (const listener of listeners.get("lab:event") ?? []) listener({ sender: "secret" }, name, { a: 1 });
    };
    send("other");
    expect(heard).not.toHaveBeenCalled();
    send("runs.changed");
    expect(heard).toHaveBeenCalledExactlyOnceWith({ a: 1 });
    stop();
    send("runs.changed");
    expect(heard).toHaveBeenCalledOnce();
    expect([...listeners.keys()]).toEqual(["lab:event"]);
  });
});
