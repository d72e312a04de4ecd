import { describe, expect, it } from "vitest";
import { DEFAULTS, readPreferences } from "../../../src/renderer/stores/read-preferences.ts";

describe("readPreferences", () => {
  it("gives back what was stored", () => {
    const stored = {
      theme: "dark",
      railNarrow: true,
      place: "#/models",
      places: { models: "#/models" },
      views: { a: [1] },
    };
    expect(readPreferences(JSON.stringify(stored))).toEqual(stored);
  });

  it.each([null, "", "{", "7", "null", "[]", '{"theme":"pink","places":[1],"views":3,"railNarrow":"yes","place":4}'])(
    "starts with the defaults from %j",
    (text) => {
      expect(readPreferences(text)).toEqual(DEFAULTS);
    },
  );

  it("keeps what still makes sense beside what does not", () => {
    expect(readPreferences('{"theme":"light","places":{"a":"#/bench","b":1}}')).toEqual({
      ...DEFAULTS,
      theme: "light",
      places: { a: "#/bench" },
    });
  });
});
