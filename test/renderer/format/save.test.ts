import { afterEach, describe, expect, it, vi } from "vitest";
import { fileName, printFrom } from "../../../src/renderer/format/save.ts";

describe("fileName", () => {
  it.each([
    ["latency.png", "latency.png"],
    ["meta-llama/Llama 3: q4?.csv", "meta-llama-Llama 3- q4-.csv"],
    ["../../etc/passwd", "-..-etc-passwd"],
    ["a\u0000\nb", "a-b"],
    ["", "quantscope"],
  ])("makes of %j %j", (text, name) => {
    expect(fileName(text)).toBe(name);
  });
});

describe("printFrom", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** A tab that is an empty page until `load`. */
  function openedTab(): { tab: { closed: boolean; print: () => void }; load: (path: string) => void } {
    vi.useFakeTimers();
    const tab = {
      closed: false,
      location: { pathname: "blank" },
      document: { readyState: "complete" },
      print: vi.fn<() => void>(),
    };
    vi.stubGlobal("window", { open: () => tab });
    return { tab, load: (path) => (tab.location.pathname = path) };
  }

  it("prints the report once, when it is there", () => {
    const { tab, load } = openedTab();
    expect(printFrom("/export/a")).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(tab.print).not.toHaveBeenCalled();
    load("/export/a");
    vi.advanceTimersByTime(1000);
    expect(tab.print).toHaveBeenCalledOnce();
  });

  it("prints nothing in a tab that was closed before, or that shows something else in the end", () => {
    const closed = openedTab();
    printFrom("/export/a");
    closed.tab.closed = true;
    closed.load("/export/a");
    vi.advanceTimersByTime(1000);
    const other = openedTab();
    printFrom("/export/a");
    vi.advanceTimersByTime(120_000);
    other.load("/export/a");
    vi.advanceTimersByTime(1000);
    expect([closed.tab, other.tab].map(({ print }) => vi.mocked(print).mock.calls.length)).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says so where the browser opens no tab", () => {
    vi.stubGlobal("window", { open: () => null });
    expect(printFrom("/export/a")).toBe(false);
  });
});
