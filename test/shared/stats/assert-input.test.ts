import { describe, expect, it } from "vitest";
import { assertFinite, assertInteger, assertNoNaN, assertSameLength } from "#shared/stats/assert-input.ts";

describe("assertInteger", () => {
  it("passes integers from the least on", () => {
    assertInteger(0, "n");
    assertInteger(3, "k", 3);
  });

  it("names the value that is not one", () => {
    expect(() => {
      assertInteger(2.5, "n");
    }).toThrow("n must be an integer of at least 0, got 2.5.");
    expect(() => {
      assertInteger(0, "k", 1);
    }).toThrow(RangeError);
  });
});

describe("assertNoNaN and assertFinite", () => {
  it("differ by infinity only", () => {
    assertNoNaN([1, Infinity], "samples");
    assertFinite(new Float32Array([1, 2]), "samples");
    expect(() => {
      assertFinite([1, Infinity], "samples");
    }).toThrow("samples: value 1 is Infinity");
  });

  it("say where the NaN is", () => {
    expect(() => {
      assertNoNaN([1, Number.NaN], "samples");
    }).toThrow("samples: value 1 is NaN.");
    expect(() => {
      assertFinite([Number.NaN], "samples");
    }).toThrow(RangeError);
  });
});

describe("assertSameLength", () => {
  it("passes equal lengths", () => {
    assertSameLength([1], ["a"], "Lists");
  });

  it("names both lengths", () => {
    expect(() => {
      assertSameLength([1], [], "Lists");
    }).toThrow("Lists must have one length to be paired, got 1 and 0.");
  });
});
