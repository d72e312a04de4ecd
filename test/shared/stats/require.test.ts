import { describe, expect, it } from "vitest";
import { requireFinite, requireInteger, requireNoNaN, requireSameLength } from "#shared/stats/require.ts";

describe("requireInteger", () => {
  it("passes integers from the least on", () => {
    requireInteger(0, "n");
    requireInteger(3, "k", 3);
  });

  it("names the value that is not one", () => {
    expect(() => {
      requireInteger(2.5, "n");
    }).toThrow("n must be an integer of at least 0, got 2.5.");
    expect(() => {
      requireInteger(0, "k", 1);
    }).toThrow(RangeError);
  });
});

describe("requireNoNaN and requireFinite", () => {
  it("differ by infinity only", () => {
    requireNoNaN([1, Infinity], "samples");
    requireFinite(new Float32Array([1, 2]), "samples");
    expect(() => {
      requireFinite([1, Infinity], "samples");
    }).toThrow("samples: value 1 is Infinity");
  });

  it("say where the NaN is", () => {
    expect(() => {
      requireNoNaN([1, Number.NaN], "samples");
    }).toThrow("samples: value 1 is NaN.");
    expect(() => {
      requireFinite([Number.NaN], "samples");
    }).toThrow(RangeError);
  });
});

describe("requireSameLength", () => {
  it("passes equal lengths", () => {
    requireSameLength([1], ["a"], "Lists");
  });

  it("names both lengths", () => {
    expect(() => {
      requireSameLength([1], [], "Lists");
    }).toThrow("Lists must have one length to be paired, got 1 and 0.");
  });
});
