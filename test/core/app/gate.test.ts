import { describe, expect, it } from "vitest";
import { Gate } from "#core/app/gate.ts";

function never(): AbortSignal {
  return new AbortController().signal;
}

describe("Gate", () => {
  it("lets one through at a time, in the order of asking", async () => {
    const gate = new Gate();
    const log: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins, ${gate.holder}`);
      await Promise.resolve();
      log.push(`${name} ends`);
    };
    await Promise.all(["a", "b", "c"].map((name) => gate.pass(name, never(), work(name))));
    expect(log).toEqual(["a begins, a", "a ends", "b begins, b", "b ends", "c begins, c", "c ends"]);
    expect(gate.holder).toBeNull();
  });

  it("goes on behind work that fails", async () => {
    const gate = new Gate();
    const failing = gate.pass("a", never(), () => Promise.reject(new Error("no")));
    const next = gate.pass("b", never(), () => Promise.resolve("done"));
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("done");
  });

  it("lets those who give up leave the queue", async () => {
    const gate = new Gate();
    const release = Promise.withResolvers<undefined>();
    const first = gate.pass("a", never(), () => release.promise);
    const controller = new AbortController();
    const impatient = gate.pass("b", controller.signal, () => Promise.resolve("b"));
    const last = gate.pass("c", never(), () => Promise.resolve("c"));
    controller.abort(new Error("gave up"));
    await expect(impatient).rejects.toThrow("gave up");
    release.resolve(undefined);
    await first;
    expect(await last).toBe("c");
  });

  it("refuses who had given up before", async () => {
    const gate = new Gate();
    await expect(gate.pass("a", AbortSignal.abort(new Error("late")), () => Promise.resolve())).rejects.toThrow("late");
    expect(gate.holder).toBeNull();
  });
});
