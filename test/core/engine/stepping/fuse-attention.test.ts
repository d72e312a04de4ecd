import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCacheGrowth } from "#core/engine/stepping/cache-growth.ts";
import { fuseAttention } from "#core/engine/stepping/fuse-attention.ts";
import { readSignature } from "#core/models/decoder-signature.ts";
import type { GraphProto, NodeProto } from "#core/onnx/proto/onnx.ts";
import { type OnnxModel, readModel } from "#core/onnx/read-model.ts";
import { floats, node, rawTensor } from "../../onnx/build-model.ts";
import { FIXTURES } from "../../../helpers/reference.ts";

const zoo = (name: string): OnnxModel => readModel(join(FIXTURES, "zoo", name, "onnx", "model.onnx"));

function fuse(model: OnnxModel, change: (graph: GraphProto) => void = () => undefined): string | null {
  const signature = readSignature(model, null);
  const growth = readCacheGrowth(model, signature);
  if (typeof growth === "string" || growth.by !== "concat") throw new Error("the fixture has another cache");
  change(model.graph);
  return fuseAttention(model, signature, growth.news);
}

const operators = ({ graph }: OnnxModel, opType: string): NodeProto[] =>
  graph.node.filter((candidate) => candidate.opType === opType);
const first = (graph: GraphProto, opType: string): NodeProto =>
  graph.node.find((candidate) => candidate.opType === opType)!;

/** Puts a node behind the first one of a kind, in front of everything that reads it. */
function insertBehind(graph: GraphProto, producer: NodeProto, make: (from: string, to: string) => NodeProto): void {
  const name = producer.output[0]!;
  producer.output[0] = `${name}_before`;
  graph.node.push(make(`${name}_before`, name));
}

describe("fuseAttention", () => {
  it.each([
    // name, query heads, cached heads, scale: llama folds 1 / sqrt(16) into both sides, opt into the query's weights.
    ["llama", 4, 2, 0.25],
    ["qwen2", 4, 2, 0.25],
    ["gpt2", 4, 4, 0.25],
    ["phi3", 4, 4, 0.25],
    ["opt", 4, 4, 1],
  ])("puts one operator a layer into %s, with its heads and scale", (name, heads, keyHeads, scale) => {
    const model = zoo(name);
    const before = model.graph.node.length;
    expect(fuse(model)).toBeNull();
    expect(operators(model, "Softmax")).toEqual([]);
    const layers = operators(model, "GroupQueryAttention");
    expect(layers).toHaveLength(2);
    for (const { attribute, domain, output } of layers) {
      expect(domain).toBe("com.microsoft");
      const of = (key: string) => attribute.find((candidate) => candidate.name === key)!;
      expect(Number(of("num_heads").i)).toBe(heads);
      expect(Number(of("kv_num_heads").i)).toBe(keyHeads);
      expect(of("scale").f).toBeCloseTo(scale, 6);
      expect(output[1]).toMatch(/^present\.\d\.key$/);
    }
    expect(model.graph.node.length).toBeLessThan(before - 100);
    expect(model.proto.opsetImport.some(({ domain }) => domain === "com.microsoft")).toBe(true);
  });

  it("refuses a window: a number in the mask's arithmetic", () => {
    const why = fuse(zoo("llama"), (graph) => {
      graph.initializer.push(rawTensor("window", 7, [1], new Uint8Array(BigInt64Array.of(512n).buffer)));
      const causal = first(graph, "LessOrEqual");
      graph.node.push(node("Sub", [causal.input[1]!, "window"], ["floor"]));
      causal.input[1] = "floor";
    });
    expect(why).toBe("its mask is made with the number 512, perhaps a window");
  });

  it("refuses a mask with a slope, as alibi has", () => {
    const why = fuse(zoo("llama"), (graph) => {
      insertBehind(graph, first(graph, "LessOrEqual"), (from, to) => node("Pow", [from, from], [to]));
    });
    expect(why).toBe("its mask is made with Pow");
  });

  it("refuses a mask that is read from a table", () => {
    const why = fuse(zoo("llama"), (graph) => {
      graph.initializer.push(floats("table", [8, 8]));
      const softmax = first(graph, "Softmax");
      const sum = graph.node.find(({ output }) => output[0] === softmax.input[0])!;
      sum.input[1] = "table";
    });
    expect(why).toBe('its mask is read from "table"');
  });

  it("refuses capped scores, and a second sum of scores", () => {
    const capped = fuse(zoo("llama"), (graph) => {
      const softmax = first(graph, "Softmax");
      const sum = graph.node.find(({ output }) => output[0] === softmax.input[0])!;
      graph.node.push(node("Tanh", [sum.input[0]!], ["capped"]));
      sum.input[0] = "capped";
    });
    expect(capped).toMatch(/^around "present\.0\.value" the scores are not a product of queries and cached keys alone/);
    const twice = fuse(zoo("llama"), (graph) => {
      const softmax = first(graph, "Softmax");
      graph.node.push(node("Add", [softmax.input[0]!, softmax.input[0]!], ["more"]));
      softmax.input[0] = "more";
    });
    expect(twice).toContain("the scores are not a product of queries and cached keys alone");
  });

  it("refuses a cache that something else reads, and keys that are treated in another way", () => {
    const read = fuse(zoo("llama"), (graph) => {
      graph.node.push(node("Relu", ["present.0.key"], ["r"]));
    });
    expect(read).toBe('its cache output "present.0.key" is used more than once');
    const changed = fuse(zoo("gpt2"), (graph) => {
      const turn = graph.node.find(({ input, opType }) => opType === "Transpose" && input[0] === "present.0.key")!;
      turn.opType = "Neg";
    });
    expect(changed).toBe('its cache output "present.0.key" goes through Neg, which attention is not known to do');
  });

  it("refuses another Softmax axis and heads that are joined in another way", () => {
    const axis = fuse(zoo("llama"), (graph) => {
      first(graph, "Softmax").attribute[0]!.i = 1n;
    });
    expect(axis).toContain("not weighted by a Softmax over the last axis");
    const joined = fuse(zoo("llama"), (graph) => {
      const softmax = first(graph, "Softmax");
      const reader = (name: string): NodeProto =>
        graph.node.find(({ input, opType }) => input.includes(name) && opType !== "IsNaN" && opType !== "Shape")!;
      const weights = reader(softmax.output[0]!);
      reader(reader(weights.output[0]!).output[0]!).opType = "Neg";
    });
    expect(joined).toContain("the heads are not joined by Transpose and Reshape");
  });
});
