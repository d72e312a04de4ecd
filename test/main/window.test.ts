import { beforeEach, describe, expect, it, vi } from "vitest";
import { focusWindow, openWindow } from "../../src/main/window.ts";
import { FakeWindow } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

const guard = { guardWindow: vi.fn() };

beforeEach(() => {
  FakeWindow.all = [];
  vi.clearAllMocks();
});

describe("openWindow", () => {
  it("shuts the page in", async () => {
    await openWindow("preload.cjs", guard);
    expect(FakeWindow.all[0]!.options.webPreferences).toEqual({
      preload: "preload.cjs",
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    });
  });

  it("is guarded from its first moment", async () => {
    const opened = openWindow("preload.cjs", guard);
    expect(guard.guardWindow).toHaveBeenCalledExactlyOnceWith(FakeWindow.all[0]);
    await opened;
  });

  it("loads our page and shows it once it has drawn", async () => {
    await openWindow("preload.cjs", guard);
    const [window] = FakeWindow.all;
    expect(window!.loadURL).toHaveBeenCalledWith("lab://app/");
    expect(window!.show).not.toHaveBeenCalled();
    window!.emit("ready-to-show");
    expect(window!.show).toHaveBeenCalledOnce();
  });

  it("comes back where it was, in the system's theme", async () => {
    await openWindow("preload.cjs", guard);
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

  it("shows a window that went to the background", () => {
    const window = new FakeWindow({});
    window.visible = false;
    focusWindow();
    expect(window.show).toHaveBeenCalledOnce();
  });

  it("does nothing where there is none", () => {
    expect(focusWindow).not.toThrow();
  });
});
