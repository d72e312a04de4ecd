import { describe, expect, it, vi } from "vitest";
import type { Reply } from "#shared/api.ts";
import { labOver } from "../../../src/renderer/stores/bridge.ts";
import { readRuns } from "../../../src/renderer/stores/read-runs.ts";
import type { PageBridge } from "../../../src/renderer/stores/web-socket-bridge.ts";

function answering(reply: unknown): PageBridge {
  return { request: () => Promise.resolve(reply as Reply), on: () => () => undefined, onConnection: () => undefined };
}

describe("labOver", () => {
  it("gives the value of a good reply", async () => {
    const value = {
      version: "1.2.3",
      commit: null,
      home: "lab",
      transport: "host",
      platform: "linux",
      arch: "x64",
      versions: { node: "24" },
      nativeDialogs: false,
    };
    expect(await labOver(answering({ ok: true, value })).request("app.info", {})).toEqual(value);
  });

  it("throws the lab's error with its code, message and details", async () => {
    const error = { code: "STORE_CORRUPT", message: "Move it away.", details: { file: "x" } };
    const asked = labOver(answering({ ok: false, error })).request("app.info", {});
    await expect(asked).rejects.toMatchObject({ name: "LabError", ...error });
  });

  it.each([
    ["a value that the contract does not know", { ok: true, value: { version: 1 } }],
    ["an error code that the contract does not know", { ok: false, error: { code: "?", message: "", details: {} } }],
    ["what is no reply", "hello"],
  ])("throws on %s", async (_what, reply) => {
    await expect(labOver(answering(reply)).request("app.info", {})).rejects.toThrow();
  });

  it("checks events as well", () => {
    const heard = vi.fn();
    let send: (payload: unknown) => void = () => undefined;
    const on: PageBridge["on"] = (_name, listener) => {
      send = listener;
      return () => undefined;
    };
    labOver({ ...answering(null), on }).on("runs.changed", heard);
    send({});
    expect(heard).toHaveBeenCalledWith({});
    expect(() => {
      send("changed");
    }).toThrow();
  });
});

describe("readRuns", () => {
  const summary = (id: number) => ({
    id: String(id),
    name: "demo",
    status: "done",
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: null,
    model: "demo",
    cells: 1,
    cellsDone: 1,
  });

  /** A store of `total` runs whose newest `shift` runs appear after the first page. */
  function store(total: number, shift = 0) {
    const request = vi.fn((_name: string, input: unknown) => {
      const { limit, offset } = input as { limit: number; offset: number };
      const from = Math.max(0, offset === 0 ? 0 : offset - shift);
      const runs = Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, index) =>
        summary(from + index),
      );
      return Promise.resolve<Reply>({ ok: true, value: { total, runs } });
    });
    return { request, lab: labOver({ ...answering(null), request }) };
  }

  it("asks once where one page holds them", async () => {
    const { lab, request } = store(3);
    expect(await readRuns(lab, 200)).toMatchObject({ total: 3, runs: { length: 3 } });
    expect(request).toHaveBeenCalledOnce();
  });

  it("asks for as many pages as are wanted, not for all", async () => {
    const { lab, request } = store(1000);
    expect((await readRuns(lab, 400)).runs).toHaveLength(400);
    expect(request).toHaveBeenCalledTimes(2);
  });

  it("shows no run twice when one starts between two pages", async () => {
    const { lab } = store(450, 1);
    const { runs } = await readRuns(lab, 400);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });

  it("ends on an empty store", async () => {
    expect(await readRuns(store(0).lab, 200)).toEqual({ total: 0, runs: [] });
  });
});
