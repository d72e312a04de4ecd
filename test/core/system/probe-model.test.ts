import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openVariant } from "#core/models/model-folder.ts";
import { PROBE_IDS, writeProbeModel } from "#core/system/probe-model.ts";
import { scratchDir } from "../../helpers/lab.ts";

describe("writeProbeModel", () => {
  it("writes a decoder that our own reader takes for one, in fp32", () => {
    const file = join(scratchDir(), "new", "probe.onnx");
    writeProbeModel(file);
    const { format, signature } = openVariant(file, {});
    expect(format).toBe("fp32");
    expect(signature.inputIds.name).toBe("input_ids");
    expect(signature.cache).toEqual([]);
    expect(Math.max(...PROBE_IDS)).toBeLessThan(signature.vocabularySize!);
  });

  it("writes the same bytes each time", () => {
    const [a, b] = ["a.onnx", "b.onnx"].map((name) => {
      const file = join(scratchDir(), name);
      writeProbeModel(file);
      return readFileSync(file);
    });
    expect(a!.equals(b!)).toBe(true);
  });
});
