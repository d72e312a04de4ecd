import { EventEmitter } from "node:events";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openParentPort } from "#core/runs/parent-port.ts";

/** What Electron puts on `process` in a utilityProcess. */
function electronPort(): EventEmitter & { postMessage: (message: unknown) => void } {
  const port = Object.assign(new EventEmitter(), { postMessage: vi.fn() });
  Object.assign(process, { parentPort: port });
  onTestFinished(() => void Reflect.deleteProperty(process, "parentPort"));
  return port;
}

describe("openParentPort", () => {
  it("hears every job in Electron's utilityProcess, and answers there", () => {
    const electron = electronPort();
    const port = openParentPort<string, string>("A child.");
    port.onJob((job) => {
      port.send(`${job}!`);
      return Promise.resolve();
    });
    electron.emit("message", { data: "first" });
    electron.emit("message", { data: "second" });
    expect(vi.mocked(electron.postMessage).mock.calls).toEqual([["first!"], ["second!"]]);
  });

  it("says what this process is to whoever starts it by hand", () => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const exit = vi.spyOn(process, "exit").mockImplementation(() => {
      throw new Error("ended");
    });
    // The test runner's own line.
    const send = Object.getOwnPropertyDescriptor(process, "send");
    delete process.send;
    onTestFinished(() => {
      if (send) Object.defineProperty(process, "send", send);
      vi.restoreAllMocks();
    });
    expect(() => openParentPort("This is a child.")).toThrow("ended");
    expect(written).toHaveBeenCalledExactlyOnceWith("This is a child.\n");
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  });
});
