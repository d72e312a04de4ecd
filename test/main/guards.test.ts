import type { Session } from "electron";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { guardPages, refusePermissions } from "../../src/main/guards.ts";
import { app, FakeContents } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

let contents: FakeContents;
beforeEach(() => {
  app.removeAllListeners();
  contents = new FakeContents();
  guardPages();
  app.emit("web-contents-created", {}, contents);
});

describe("guardPages", () => {
  it.each(["will-navigate", "will-frame-navigate", "will-redirect"])("keeps %s inside the app", (event) => {
    const away = { url: "https://example.org/", preventDefault: vi.fn() };
    const here = { url: "lab://app/index.html", preventDefault: vi.fn() };
    contents.emit(event, away);
    contents.emit(event, here);
    expect(away.preventDefault).toHaveBeenCalledOnce();
    expect(here.preventDefault).not.toHaveBeenCalled();
  });

  it("stops a dropped file from replacing the page", () => {
    const dropped = { url: "file:///etc/passwd", preventDefault: vi.fn() };
    contents.emit("will-navigate", dropped);
    expect(dropped.preventDefault).toHaveBeenCalledOnce();
  });

  it("embeds no webview and opens no window", () => {
    const attach = { preventDefault: vi.fn() };
    contents.emit("will-attach-webview", attach);
    expect(attach.preventDefault).toHaveBeenCalledOnce();
    const handler = contents.setWindowOpenHandler.mock.calls[0]![0] as () => unknown;
    expect(handler()).toEqual({ action: "deny" });
  });
});

describe("refusePermissions", () => {
  it("grants none, of any kind", () => {
    const session = {
      setPermissionRequestHandler: vi.fn(),
      setPermissionCheckHandler: vi.fn(),
      setDevicePermissionHandler: vi.fn(),
    };
    refusePermissions(session as unknown as Session);
    const answer = vi.fn();
    const request = session.setPermissionRequestHandler.mock.calls[0]![0] as (...parameters: unknown[]) => void;
    request({}, "media", answer);
    expect(answer).toHaveBeenCalledWith(false);
    expect((session.setPermissionCheckHandler.mock.calls[0]![0] as () => boolean)()).toBe(false);
    expect((session.setDevicePermissionHandler.mock.calls[0]![0] as () => boolean)()).toBe(false);
  });
});
