import type { IpcMainInvokeEvent } from "electron";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Handlers } from "#shared/api.ts";
import { broadcast, senderAllowed, serveDrops, serveRequests } from "../../src/main/ipc.ts";
import { FakeContents, recorded } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

const handlers = {
  "jobs.list": () => ({ jobs: [] }),
  "runs.list": () => ({ total: 0, runs: [] }),
} as unknown as Handlers;

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
    expect(await ask(sender("lab://app/"), "jobs.list", {})).toEqual({ ok: true, value: { jobs: [] } });
  });

  it.each([
    ["another page", sender("https://example.org/"), "jobs.list", {}],
    ["a frame inside our page", sender("lab://app/", {}), "jobs.list", {}],
    ["a frame that is gone", { senderFrame: null }, "jobs.list", {}],
    ["what is no plain object", sender("lab://app/"), "jobs.list", new Map()],
    ["a name that is none", sender("lab://app/"), "__proto__", {}],
    ["wrong arguments", sender("lab://app/"), "runs.list", { limit: 1e9 }],
    ["surplus arguments", sender("lab://app/"), "jobs.list", { file: "/etc/passwd" }],
  ])("refuses %s", async (_what, event, name, input) => {
    expect(await ask(event, name, input)).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });
  });
});

describe("serveDrops", () => {
  it("grants what the preload script names for our page, and nothing else", () => {
    const grant = vi.fn();
    serveDrops({ grant });
    const drop = (event: Sender, path: unknown): unknown => recorded.ipc.get("lab:dropped")!(event, path);
    expect(drop(sender("lab://app/"), "/data/model")).toBe(true);
    expect(drop(sender("https://example.org/"), "/data/model")).toBe(false);
    expect(drop(sender("lab://app/", {}), "/data/model")).toBe(false);
    for (const path of ["", 7, null, ["/"]]) expect(drop(sender("lab://app/"), path)).toBe(false);
    expect(grant).toHaveBeenCalledExactlyOnceWith("/data/model");
  });

  it("is beside requests the only way in", () => {
    expect([...recorded.ipc.keys()].sort()).toEqual(["lab:dropped", "lab:request"]);
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
