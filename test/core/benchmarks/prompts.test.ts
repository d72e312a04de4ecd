import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { loadPrompts } from "#core/benchmarks/prompts.ts";
import { temporaryFolder } from "../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

function file(content: string | Uint8Array): string {
  writeFileSync(folder.file("prompts.txt"), content);
  return folder.file("prompts.txt");
}

const refused = (text: string): unknown =>
  expect.objectContaining({ code: "PROMPTS_INVALID", message: expect.stringContaining(text) as string });

describe("loadPrompts", () => {
  it("numbers the prompts of a spec", () => {
    expect(loadPrompts(["One", "Two\nlines"])).toEqual([
      { id: "p1", text: "One" },
      { id: "p2", text: "Two\nlines" },
    ]);
  });

  it("reads one a line, without blank lines, and keeps spaces inside the line", () => {
    expect(loadPrompts(file("\uFEFFOnce upon \r\n\r\n  \n The end"))).toEqual([
      { id: "p1", text: "Once upon " },
      { id: "p2", text: " The end" },
    ]);
  });

  it("reads the bundled ones", () => {
    const prompts = loadPrompts("resources/prompts/demo.txt");
    expect(prompts.length).toBeGreaterThan(3);
    expect(prompts.every(({ text }) => text.trim() !== "")).toBe(true);
  });

  it.each(["", "\n \n"])("refuses a file that holds %j", (content) => {
    expect(() => loadPrompts(file(content))).toThrow(refused("holds no prompts"));
  });

  it("refuses another encoding by line", () => {
    expect(() => loadPrompts(file(Buffer.from("one\nzwei\ndr\u00f6i\n", "latin1")))).toThrow(
      refused("line 3: it is not UTF-8"),
    );
  });

  it("says that a file is missing, or no file", () => {
    expect(() => loadPrompts(folder.file("none.txt"))).toThrow(refused("none.txt does not exist"));
    mkdirSync(folder.file("folder.txt"));
    expect(() => loadPrompts(folder.file("folder.txt"))).toThrow(refused("folder.txt is not a file"));
  });
});
