import { describe, expect, it } from "vitest";
import { homeArgument } from "#core/app/lab-home.ts";

describe("homeArgument", () => {
  it("finds the folder among Chromium's own arguments", () => {
    expect(homeArgument([".", "--no-sandbox", "--home", "lab", "--inspect=0"])).toBe("lab");
    expect(homeArgument(["--home=lab", "--no-open"])).toBe("lab");
  });

  it("is undefined without one", () => {
    expect(homeArgument(["."])).toBeUndefined();
    expect(homeArgument(["--home"])).toBeUndefined();
  });
});
