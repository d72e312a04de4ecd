import { describe, expect, it } from "vitest";
import { escapeHtml } from "#shared/escape-html.ts";
import { escapeMarkdown } from "#shared/exports/markdown.ts";
import { toCsv } from "#shared/exports/csv.ts";
import { visible, visibleJson, visibleLine } from "#shared/visible.ts";

/** Every character that a terminal obeys instead of showing it, by its number. */
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const STEERING = [
  ...range(0, 0x1f).filter((code) => code !== 0x09 && code !== 0x0a),
  ...range(0x7f, 0x9f),
  0x61c,
  ...range(0x200e, 0x200f),
  ...range(0x2028, 0x202e),
  ...range(0x2066, 0x2069),
].map((code) => String.fromCharCode(code));
const ALL = STEERING.map((character) => `a${character}b`).join("|");

const none = (text: string): void => {
  for (const character of STEERING)
    expect([character.charCodeAt(0), text.includes(character)]).toEqual([character.charCodeAt(0), false]);
};

describe("visible", () => {
  it("shows every control character as what it is", () => {
    none(visible(ALL));
    expect(visible("\u001b]0;x\u0007\u009b2J\u202egpj.exe")).toBe("\\x1b]0;x\\x07\\x9b2J\\u202egpj.exe");
  });

  it("leaves what people write, line ends and tabs", () => {
    const text = "Größe, 数, שלום, 👩‍👩‍👧, a\tb\nc\r\nd";
    expect(visible(text)).toBe(text);
    expect(visible("over\rwritten")).toBe("over\\x0dwritten");
  });
});

describe("visibleLine", () => {
  it("is one line", () => {
    expect(visibleLine("name\r\n  run x: done\tok\u001b")).toBe("name run x: done ok\\x1b");
  });
});

describe("visibleJson", () => {
  it("is the same value, and steers nothing", () => {
    const value = { [ALL]: [ALL, "\\", '"'] };
    const json = visibleJson(JSON.stringify(value));
    none(json);
    expect(JSON.parse(json)).toEqual(value);
  });
});

describe("what is exported", () => {
  it("steers no terminal, and no page around it", () => {
    none(toCsv([[ALL]]).replaceAll("\r\n", "\n"));
    none(escapeMarkdown(ALL));
    expect(escapeHtml("a\u0085b\u202ec\u2067d")).toBe("a b\\u202ec\\u2067d");
  });
});
