import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveRunEvent } from "#shared/api.ts";
import { Events } from "#core/app/events.ts";
import { watchForUser } from "../../src/main/desktop-notifications.ts";
import { FakeNotification, FakeWindow } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

let events: Events;
let window: FakeWindow;
const tell = (event: LiveRunEvent): void => {
  events.emit("run.event", { id: "r", event });
};

beforeEach(() => {
  FakeWindow.all = [];
  FakeNotification.all = [];
  window = new FakeWindow({});
  events = new Events();
  watchForUser(events);
});

describe("watchForUser", () => {
  it("shows how far the run is on the taskbar, and nothing after its end", () => {
    const estimate = { seconds: 1, basis: "rough", cells: [] } as const;
    tell({ type: "making", format: "int4", bytesDone: 1, bytesTotal: 4 });
    tell({ type: "started", labels: [], questions: 0, estimate: { ...estimate, cells: [] } });
    tell({ type: "progress", label: "fp32@cpu", pass: "forward", done: 1, total: 2, remainingMs: 0 });
    tell({ type: "progress", label: "fp32@cpu", pass: "forward", done: 1, total: 2, remainingMs: null });
    tell({ type: "ended", status: "done", error: null });
    expect(window.setProgressBar.mock.calls.flat()).toEqual([0.25, 1, 2, -1]);
  });

  it("notifies who is not looking, and brings the window with a click", () => {
    tell({ type: "ended", status: "failed", error: null });
    const [notification] = FakeNotification.all;
    expect(notification!.options.body).toContain("failed");
    notification!.emit("click");
    expect(window.show).toHaveBeenCalledOnce();
  });

  it("says what went wrong where a run could not begin", () => {
    const error = { code: "DISK_FULL", message: "The disk is full.", details: {} } as const;
    tell({ type: "ended", status: "failed", error });
    expect(FakeNotification.all[0]!.options.body).toBe("The disk is full.");
  });

  it("is quiet for who looks at the window", () => {
    window.focused = true;
    tell({ type: "ended", status: "done", error: null });
    expect(FakeNotification.all).toEqual([]);
  });

  it("shows a window again that went to the background", () => {
    window.visible = false;
    tell({ type: "ended", status: "done", error: null });
    expect(window.showInactive).toHaveBeenCalledOnce();
  });
});
