import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { start } from "../../src/main/start.ts";
import { app, electron, FakeWindow, recorded } from "../helpers/fake-electron.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

beforeEach(() => {
  app.removeAllListeners();
  FakeWindow.all = [];
  recorded.ipc.clear();
  vi.clearAllMocks();
});

describe("start", () => {
  it("has everything in place when the window opens, and closes the store at the end", async () => {
    const home = temporaryFolder();
    await start(home);
    expect([...recorded.ipc.keys()]).toEqual(["lab:request", "lab:dropped"]);
    expect(recorded.protocols.has("lab")).toBe(true);
    expect(electron.session.defaultSession.setPermissionRequestHandler).toHaveBeenCalledOnce();
    expect(FakeWindow.all).toHaveLength(1);
    expect(existsSync(join(home, "quantscope.db-wal"))).toBe(true);
    app.emit("will-quit");
    expect(existsSync(join(home, "quantscope.db-wal"))).toBe(false);
  });

  it("shows its one window to a second start, and opens one only where there is none", async () => {
    await start(temporaryFolder());
    app.emit("second-instance");
    expect(FakeWindow.all[0]!.focus).toHaveBeenCalledOnce();
    app.emit("activate");
    expect(FakeWindow.all).toHaveLength(1);
    FakeWindow.all = [];
    app.emit("activate");
    expect(FakeWindow.all).toHaveLength(1);
    app.emit("will-quit");
  });

  it("says why and exits 4, with no window, where the data folder cannot be used", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await start(file);
    expect(electron.dialog.showErrorBox).toHaveBeenCalledWith(
      expect.stringContaining("data folder"),
      expect.stringContaining("--home"),
    );
    expect(electron.app.exit).toHaveBeenCalledWith(4);
    expect(FakeWindow.all).toEqual([]);
    expect(recorded.ipc.size).toBe(0);
  });
});
