import { beforeEach, describe, expect, it, vi } from "vitest";
import { SWITCHES } from "../../src/main/chromium-switches.ts";
import { keepChromiumQuiet } from "../../src/main/quiet-chromium.ts";
import { app, recorded } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

beforeEach(() => {
  app.removeAllListeners();
  recorded.switches.clear();
});

describe("keepChromiumQuiet", () => {
  it("passes every switch on, each once and with its reason", () => {
    keepChromiumQuiet();
    expect([...recorded.switches.keys()]).toEqual(SWITCHES.map(({ name }) => name));
    expect(recorded.switches.get("host-resolver-rules")).toBe("MAP * ~NOTFOUND");
    expect(recorded.switches.get("no-pings")).toBeUndefined();
    for (const { why } of SWITCHES) expect(why).not.toBe("");
  });

  it("turns the spell checker off in every session, also in those that come later", () => {
    keepChromiumQuiet();
    for (let session = 0; session < 2; session++) {
      const setSpellCheckerEnabled = vi.fn();
      app.emit("session-created", { setSpellCheckerEnabled });
      expect(setSpellCheckerEnabled).toHaveBeenCalledExactlyOnceWith(false);
    }
  });
});
