import { describe, expect, it } from "vitest";
import { fileName } from "../../../src/renderer/format/save.ts";

describe("fileName", () => {
  it.each([
    ["latency.png", "latency.png"],
    ["meta-llama/Llama 3: q4?.csv", "meta-llama-Llama 3- q4-.csv"],
    ["../../etc/passwd", "-..-etc-passwd"],
    ["a\u0000\nb", "a-b"],
    ["", "quantscope"],
  ])("makes of %j %j", (text, name) => {
    expect(fileName(text)).toBe(name);
  });
});
