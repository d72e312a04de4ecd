import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listWays, type StepperOptions } from "#core/engine/stepping/ways.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { FIXTURES } from "../../../helpers/reference.ts";

function ways(folder: string, options: Partial<StepperOptions> = {}, facts: Partial<GraphFacts> = {}) {
  const variant = openModelFolder(join(FIXTURES, folder)).variants[0]!;
  const { file, signature } = variant;
  const all = { file, signature, provider: "cpu", threads: 1, ...options } as const;
  return listWays(readModel(file), { ...variant.facts, ...facts }, all);
}
const names = (list: ReturnType<typeof ways>): string[] =>
  list.map((way) => (typeof way === "string" ? `no ${way}` : way.name));

describe("listWays", () => {
  it("tries the fastest first, in place before slim before cut", () => {
    expect(names(ways("zoo/llama", { graph: "fused" }))).toEqual([
      "fused attention, in place",
      "fused attention, slim outputs",
      "no in place: the graph joins its cache by Concat, which makes a new one at every step",
      "slim outputs, free slots masked",
      "slim outputs, free slots cut off",
    ]);
  });

  it("does nothing in place where the cache is in a device's memory", () => {
    expect(names(ways("architectures/genai-llama", { provider: "cuda" }))).toEqual([
      "no attention, in place: cuda keeps the cache in memory of its own",
      "attention, slim outputs",
    ]);
  });

  it("masks no free slots and fuses nothing where activations are rounded", () => {
    expect(names(ways("zoo/llama", { graph: "fused" }, { accuracyLevel: 4 }))).toEqual([
      "no fused attention: its format rounds activations, and fused attention adds up in another order",
      "no in place: the graph joins its cache by Concat, which makes a new one at every step",
      "no slim outputs, free slots masked: its format rounds activations, and free slots change the order of sums",
      "slim outputs, free slots cut off",
    ]);
  });

  it("leaves the head all positions under dynamic quantization only", () => {
    const edited = (facts: Partial<GraphFacts>) =>
      ways("architectures/genai-llama", {}, facts).map((way) => (typeof way === "string" ? null : way.edit().lastOnly));
    expect(edited({})).toEqual([true, true]);
    expect(edited({ accuracyLevel: 4 })).toEqual([true, true]);
    expect(edited({ dynamicQuantization: true })).toEqual([false, false]);
  });

  it("tries nothing that is faster than asked for", () => {
    expect(names(ways("zoo/llama", { fastest: "plain" }))).toEqual(["no in place and slim outputs: not asked for"]);
    expect(names(ways("architectures/genai-llama", { fastest: "slim" }))).toEqual([
      "no attention, in place: not asked for",
      "attention, slim outputs",
    ]);
  });

  it("edits a copy each time", () => {
    const [, way] = ways("zoo/llama");
    if (typeof way !== "object") throw new Error("no way");
    expect(way.edit().model.graph.node.length).toBe(way.edit().model.graph.node.length);
  });
});
