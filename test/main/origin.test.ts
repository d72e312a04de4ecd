import { describe, expect, it } from "vitest";
import { APP_URL, isOurs } from "../../src/main/origin.ts";

describe("isOurs", () => {
  it("takes our own pages", () => {
    for (const url of [APP_URL, "lab://app", "lab://app/index.html?a#b"]) expect(isOurs(url)).toBe(true);
  });

  it.each([
    "lab://app.evil/",
    "lab://evil/",
    "labs://app/",
    "https://app/",
    "file:///lab://app/",
    "about:blank",
    "",
    "app",
  ])("refuses %j", (url) => {
    expect(isOurs(url)).toBe(false);
  });
});
