import { describe, expect, it } from "vitest";
import { NamePatterns } from "#core/quantize/graph/name-patterns.ts";

describe("NamePatterns", () => {
  it("matches whole names, with * for any characters", () => {
    const patterns = new NamePatterns(["/lm_head/MatMul", "*.1.*down*"]);
    expect(patterns.matches("/lm_head/MatMul")).toBe(true);
    expect(patterns.matches("/lm_head/MatMul_1")).toBe(false);
    expect(patterns.matches("other", "layers.1.down_proj")).toBe(true);
  });

  it("takes every other character literally", () => {
    expect(new NamePatterns(["a.b"]).matches("axb")).toBe(false);
    expect(new NamePatterns(["w[0](x)+"]).matches("w[0](x)+")).toBe(true);
  });

  it("matches nothing without patterns", () => {
    expect(new NamePatterns([]).matches("", "a")).toBe(false);
  });

  it("names a pattern that never matched", () => {
    const patterns = new NamePatterns(["*head*", "typo"]);
    patterns.matches("lm_head");
    expect(() => {
      patterns.assertAllUsed(["lm_head"]);
    }).toThrow(
      expect.objectContaining({ code: "SPEC_INVALID", details: { field: "recipe.exclude", pattern: "typo" } }),
    );
  });
});
