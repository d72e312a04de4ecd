import { describe, expect, it } from "vitest";
import { parseHostArguments } from "../../src/host/args.ts";

describe("parseHostArguments", () => {
  it("defaults to a free port, the usual data folder and an opened browser", () => {
    expect(parseHostArguments([])).toEqual({ home: undefined, port: 0, open: true });
  });

  it("reads every option", () => {
    const argv = ["--home", "lab", "--port", "8123", "--no-open"];
    expect(parseHostArguments(argv)).toEqual({ home: "lab", port: 8123, open: false });
  });

  it.each(["-1", "65536", "80.5", "abc", "", " 80"])("refuses port %j", (port) => {
    expect(() => parseHostArguments([`--port=${port}`])).toThrow(/port/);
  });

  it("names an option that it does not know", () => {
    expect(() => parseHostArguments(["--prot", "80"])).toThrow(/--prot/);
  });

  it("refuses an argument that is no option", () => {
    expect(() => parseHostArguments(["lab"])).toThrow(/lab/);
  });
});
