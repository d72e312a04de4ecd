import { describe, expect, it } from "vitest";
import { parseRoute, routeHash } from "../../../src/renderer/routing/route.ts";

describe("parseRoute", () => {
  it("reads view, parameters and query", () => {
    expect(parseRoute("#/result/20261121-070000-abcd?cell=int4%40cpu&tab=cost")).toEqual({
      view: "result",
      params: ["20261121-070000-abcd"],
      query: { cell: "int4@cpu", tab: "cost" },
    });
  });

  it.each(["", "#", "#/", "#/nowhere", "#/result/%E0%A4%A", "#/constructor"])("gives null for %j", (hash) => {
    expect(parseRoute(hash)).toBeNull();
  });
});

describe("routeHash", () => {
  it("is read back as it was, whatever is in it", () => {
    const route = { view: "models", params: ["a/b ?#&", "ü"], query: { "x&y": "1=2 +%" } } as const;
    expect(parseRoute(routeHash(route))).toEqual(route);
  });

  it("is short where there is only a view", () => {
    expect(routeHash({ view: "bench" })).toBe("#/bench");
  });
});
