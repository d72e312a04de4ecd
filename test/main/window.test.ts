import { beforeEach, describe, expect, it, vi } from "vitest";
import { focusWindow, openWindow } from "../../src/main/window.ts";
import { FakeWindow } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

beforeEach(() => {
  FakeWindow.all = [];
});

describe("openWindow", () => {
  it("shuts the page in", async () => {
    await openWindow("preload.cjs");
    expect(FakeWindow.all[0]!.options.webPreferences).toEqual({
      preload: "preload.cjs",
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
  });

  it("loads our page and shows it once it has drawn", async () => {
    await openWindow("preload.cjs");
    const [window] = FakeWindow.all;
    expect(window!.loadURL).toHaveBeenCalledWith("lab://app/");
    expect(window!.show).not.toHaveBeenCalled();
    window!.emit("ready-to-show");
    expect(window!.show).toHaveBeenCalledOnce();
  });

  it("comes back where it was, in the system's theme", async () => {
    await openWindow("preload.cjs");
    const expected = { name: "main", windowStatePersistence: true, backgroundColor: "#101417", show: false };
    expect(FakeWindow.all[0]!.options).toMatchObject(expected);
  });
});

describe("focusWindow", () => {
  it("brings a minimized window back", () => {
    const window = new FakeWindow({});
    window.minimized = true;
    focusWindow();
    expect(window.restore).toHaveBeenCalledOnce();
    expect(window.focus).toHaveBeenCalledOnce();
  });

  it("does nothing where there is none", () => {
    expect(focusWindow).not.toThrow();
  });
});
