import { describe, expect, it } from "vitest";
import { MeasurementQueue } from "#core/app/runs/measurement-queue.ts";

function never(): AbortSignal {
  return new AbortController().signal;
}

describe("MeasurementQueue", () => {
  it("lets one through at a time, in the order of asking", async () => {
    const queue = new MeasurementQueue();
    const log: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins, ${queue.holder}`);
      await Promise.resolve();
      log.push(`${name} ends`);
    };
    await Promise.all(["a", "b", "c"].map((name) => queue.pass(name, never(), work(name))));
    expect(log).toEqual(["a begins, a", "a ends", "b begins, b", "b ends", "c begins, c", "c ends"]);
    expect(queue.holder).toBeNull();
  });

  it("goes on behind work that fails", async () => {
    const queue = new MeasurementQueue();
    const failing = queue.pass("a", never(), () => Promise.reject(new Error("no")));
    const next = queue.pass("b", never(), () => Promise.resolve("done"));
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("done");
  });

  it("lets those who give up leave the queue", async () => {
    const queue = new MeasurementQueue();
    const release = Promise.withResolvers<undefined>();
    const first = queue.pass("a", never(), () => release.promise);
    const controller = new AbortController();
    const impatient = queue.pass("b", controller.signal, () => Promise.resolve("b"));
    const last = queue.pass("c", never(), () => Promise.resolve("c"));
    controller.abort(new Error("gave up"));
    await expect(impatient).rejects.toThrow("gave up");
    release.resolve(undefined);
    await first;
    expect(await last).toBe("c");
  });

  it("refuses who had given up before", async () => {
    const queue = new MeasurementQueue();
    await expect(queue.pass("a", AbortSignal.abort(new Error("late")), () => Promise.resolve())).rejects.toThrow(
      "late",
    );
    expect(queue.holder).toBeNull();
  });
});
