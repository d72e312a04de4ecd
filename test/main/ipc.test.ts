import type { IpcMainInvokeEvent } from "electron";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Handlers } from "#shared/api.ts";
import { broadcast, senderAllowed, serveRequests } from "../../src/main/ipc.ts";
import { FakeContents, recorded } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

const handlers: Handlers = {
  "app.info": () => ({ version: "1.2.3", home: "lab" }),
  "runs.list": () => ({ total: 0, runs: [] }),
};

type Sender = Pick<IpcMainInvokeEvent, "senderFrame">;
const sender = (url: string, parent: unknown = null): Sender => ({ senderFrame: { url, parent } }) as Sender;

const ask = (event: Sender, ...parameters: unknown[]): unknown =>
  recorded.ipc.get("lab:request")!(event, ...parameters);

beforeEach(() => {
  serveRequests(handlers);
});

describe("senderAllowed", () => {
  it("takes the top frame of our page", () => {
    expect(senderAllowed(sender("lab://app/"))).toBe(true);
  });

  it("refuses other origins, frames within a page, and a frame that is gone", () => {
    expect(senderAllowed(sender("https://example.org/"))).toBe(false);
    expect(senderAllowed(sender("lab://app.evil/"))).toBe(false);
    expect(senderAllowed(sender("lab://app/", {}))).toBe(false);
    expect(senderAllowed({ senderFrame: null })).toBe(false);
  });
});

describe("serveRequests", () => {
  it("answers our page", async () => {
    const value = { version: "1.2.3", home: "lab" };
    expect(await ask(sender("lab://app/"), "app.info", {})).toEqual({ ok: true, value });
  });

  it.each([
    ["another page", sender("https://example.org/"), "app.info", {}],
    ["a name that is none", sender("lab://app/"), "__proto__", {}],
    ["wrong arguments", sender("lab://app/"), "runs.list", { limit: 1e9 }],
    ["surplus arguments", sender("lab://app/"), "app.info", { file: "/etc/passwd" }],
  ])("refuses %s", async (_what, event, name, input) => {
    expect(await ask(event, name, input)).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });
  });

  it("has the one channel", () => {
    expect([...recorded.ipc.keys()]).toEqual(["lab:request"]);
  });
});

describe("broadcast", () => {
  it("tells our own pages only", () => {
    const ours = new FakeContents();
    const other = new FakeContents("devtools://devtools/");
    recorded.contents = [ours, other];
    broadcast("runs.changed", {});
    expect(ours.send).toHaveBeenCalledWith("lab:event", "runs.changed", {});
    expect(other.send).not.toHaveBeenCalled();
  });
});
