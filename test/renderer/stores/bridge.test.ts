import { describe, expect, it, vi } from "vitest";
import type { Reply } from "#shared/api.ts";
import { labOver } from "../../../src/renderer/stores/bridge.ts";
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
      readOnly: null,
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
