import { afterEach, describe, expect, it, vi } from "vitest";
import { print, printJson, say } from "../../src/cli/print.ts";
import { alignTable } from "../../src/cli/text.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const HOSTILE = "name\u001b]0;PWNED\u0007\u009b2J\u202e";
const SHOWN = "name\\x1b]0;PWNED\\x07\\x9b2J\\u202e";

function written(stream: "stdout" | "stderr", act: () => void): string {
  let text = "";
  vi.spyOn(process[stream], "write").mockImplementation((part) => ((text += String(part)), true));
  act();
  return text;
}

describe("the way to the terminal", () => {
  it("shows control characters, on both streams and in JSON", () => {
    expect(
      written("stdout", () => {
        print(HOSTILE);
      }),
    ).toBe(SHOWN);
    expect(
      written("stderr", () => {
        say(HOSTILE);
      }),
    ).toBe(SHOWN);
    const json = written("stdout", () => {
      printJson({ name: HOSTILE });
    });
    expect(json).toMatch(/^[ -~]+\n$/);
    expect(JSON.parse(json)).toEqual({ name: HOSTILE });
  });

  it("keeps the columns of a table straight, and a name on its line", () => {
    const rows = [
      ["a\nb\u001b", "1"],
      ["c", "22"],
    ];
    expect(alignTable({ header: ["name", "n"], units: ["", ""], rows }).split("\n")).toEqual([
      "name      n",
      "",
      "───────────",
      "a b\\x1b   1",
      "c        22",
    ]);
  });
});
