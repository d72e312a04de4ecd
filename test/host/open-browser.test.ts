import { describe, expect, it } from "vitest";
import { browserCommand } from "../../src/host/open-browser.ts";

const url = "http://127.0.0.1:1/?token=t";

describe("browserCommand", () => {
  it("is each platform's own", () => {
    expect(browserCommand(url, "darwin", {})).toEqual({ command: "open", args: [url] });
    expect(browserCommand(url, "win32", {})).toMatchObject({ command: "cmd" });
    expect(browserCommand(url, "linux", { DISPLAY: ":0" })).toEqual({ command: "xdg-open", args: [url] });
    expect(browserCommand(url, "linux", { WAYLAND_DISPLAY: "wayland-0" })?.command).toBe("xdg-open");
  });

  it("is none without a display", () => {
    expect(browserCommand(url, "linux", {})).toBeNull();
    expect(browserCommand(url, "linux", { DISPLAY: "" })).toBeNull();
  });
});
