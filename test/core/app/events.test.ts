import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Coalescer, Events } from "#core/app/events.ts";
import { onProblem } from "#core/system/problems.ts";

describe("Events", () => {
  it("tells every listener until it stops", () => {
    const events = new Events();
    const heard: string[] = [];
    const stop = events.on((name) => heard.push(`a ${name}`));
    events.on((name) => heard.push(`b ${name}`));
    events.emit("runs.changed", {});
    stop();
    events.emit("models.changed", {});
    expect(heard).toEqual(["a runs.changed", "b runs.changed", "b models.changed"]);
  });
});

describe("a listener that throws", () => {
  it("keeps neither the others nor whoever told from going on, and is noted", () => {
    const events = new Events();
    const heard: string[] = [];
    const noted: string[] = [];
    const stop = onProblem(({ message }) => noted.push(message));
    events.on(() => {
      throw new Error("a page that is gone");
    });
    events.on((name) => heard.push(name));
    events.emit("runs.changed", {});
    stop();
    expect(heard).toEqual(["runs.changed"]);
    expect(noted).toEqual([expect.stringContaining("a page that is gone")]);
  });
});

describe("Coalescer", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function sums(): { coalescer: Coalescer<number>; sent: string[] } {
    const sent: string[] = [];
    const coalescer = new Coalescer<number>(
      100,
      (a, b) => a + b,
      (key, value) => sent.push(`${key}=${value}`),
    );
    return { coalescer, sent };
  }

  it("sends the first at once and joins those that follow", () => {
    const { coalescer, sent } = sums();
    coalescer.add("a", 1);
    coalescer.add("a", 2);
    coalescer.add("a", 3);
    coalescer.add("b", 7);
    expect(sent).toEqual(["a=1"]);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual(["a=1", "a=5", "b=7"]);
  });

  it("sends at most ten times a second for each key, however many come", () => {
    const { coalescer, sent } = sums();
    for (let ms = 0; ms < 1000; ms++) {
      coalescer.add("a", 1);
      vi.advanceTimersByTime(1);
    }
    coalescer.flush();
    expect(sent.length).toBeLessThanOrEqual(12);
    expect(sent.reduce((sum, each) => sum + Number(each.slice(2)), 0)).toBe(1000);
  });

  it("sends what waits before what must come after it", () => {
    const { coalescer, sent } = sums();
    coalescer.add("a", 1);
    coalescer.add("a", 2);
    coalescer.flush();
    expect(sent).toEqual(["a=1", "a=2"]);
  });

  it("leaves no timer behind when nothing waits", () => {
    const { coalescer } = sums();
    coalescer.add("a", 1);
    vi.advanceTimersByTime(1000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
