import { describe, expect, it } from "vitest";
import type { Command } from "../../../src/renderer/stores/commands.svelte.ts";
import { findCommands } from "../../../src/renderer/stores/find-commands.ts";

const command = (title: string, group = "Go to", words = ""): Command => ({
  id: title,
  title,
  group,
  words,
  run: () => undefined,
});
const ALL = [
  command("Bench"),
  command("Dark theme", "Window", "colour"),
  command("Light theme", "Window"),
  command("The history"),
];
const found = (search: string): string[] => findCommands(ALL, search).map(({ title }) => title);

describe("findCommands", () => {
  it("gives all in their order for an empty search", () => {
    expect(found("  ")).toEqual(ALL.map(({ title }) => title));
  });

  it("puts a title that begins with the search first, then words that do", () => {
    expect(found("the")).toEqual(["The history", "Dark theme", "Light theme"]);
  });

  it("needs every word, in title, group or further words", () => {
    expect(found("window dark")).toEqual(["Dark theme"]);
    expect(found("colour")).toEqual(["Dark theme"]);
    expect(found("dark bench")).toEqual([]);
  });
});
