/**
 * Graphs of parts that ONNX allows and exports seldom have, each alone and several in a row, in the formats that can be made:
 * what is written loads in ONNX Runtime and computes nearly what the source does, or the source is refused by name.
 */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { InferenceSession, Tensor } from "#core/engine/ort.ts";
import { clearField, create } from "#core/onnx/proto/edit.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import {
  GraphProto,
  type ModelProto,
  StringStringEntryProto,
  TensorProto,
  ValueInfoProto,
} from "#core/onnx/proto/onnx.ts";
import { FORMAT_MAKERS } from "#core/quantize/formats.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { LabError } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { createRandom, type Random } from "#shared/random.ts";
import type { Recipe } from "#shared/recipe.ts";
import { graph, int, node, rawTensor, save, temporaryFolder, unknownField } from "../core/onnx/build-model.ts";
import { OddGraph, WIDTH } from "../helpers/odd-graph.ts";
import { ODD_STRUCTURES } from "../helpers/odd-structures.ts";
import { ODD_WEIGHTS } from "../helpers/odd-weights.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const ROWS = 3;
/** One for each way in which a graph is changed. */
const FORMATS = ["fp16", "int4f16", "int8"] as const;
const EVERY_FORMAT = Object.keys(FORMAT_MAKERS) as FormatId[];
const ODD_PARTS = { ...ODD_WEIGHTS, ...ODD_STRUCTURES };
const NAMES = Object.keys(ODD_PARTS);
const GRAPHS = 40;

async function load(path: string, graphOptimizationLevel: "all" | "disabled"): Promise<InferenceSession> {
  const options = {
    graphOptimizationLevel,
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  } as const;
  return InferenceSession.create(path, options);
}

async function run(path: string): Promise<number[]> {
  const session = await load(path, "all");
  try {
    const data = Float32Array.from({ length: ROWS * WIDTH }, (_, index) => Math.sin(index * 1.7));
    const { y } = await session.run({ x: new Tensor("float32", data, [ROWS, WIDTH]) }, ["y"]);
    return Array.from(y!.data as Float32Array);
  } finally {
    await session.release();
  }
}

/** 1 where both are nothing. */
function cosine(a: readonly number[], b: readonly number[]): number {
  if ([...a, ...b].every((value) => value === 0)) return 1;
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, each, i) => sum + each * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** What became of a source: null where it was refused. Then nothing is left of it. */
async function made(source: string, recipe: Recipe, inlineLimitBytes?: number): Promise<string | null> {
  const target = folder.file("made.onnx");
  for (const name of readdirSync(folder.path)) if (name.startsWith("made")) rmSync(folder.file(name));
  try {
    await quantizeModel({ source, target, recipe, threads: 1, inlineLimitBytes });
    return target;
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).code).toBe("FORMAT_UNSUPPORTED");
    expect((error as LabError).message).toMatch(/"[^"]+"/);
    expect(readdirSync(folder.path).filter((name) => name.startsWith("made"))).toEqual([]);
    return null;
  }
}

function source(names: readonly string[], random: Random): string {
  const into = new OddGraph(random);
  const parts = ["matMul", ...names, "matMul"];
  const last = parts.reduce((from, name) => ODD_PARTS[name]!(into, from), "x");
  return save(into.model(last), folder.file("source.onnx"));
}

/** Parts that a format refuses, by name; every other part is made in every format. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "float8 behind a Cast": FORMATS,
  "a sparse float16 tensor": ["int8"],
};

describe("a rare part", () => {
  it.each(NAMES)("%s", async (name) => {
    const path = source([name], createRandom(3));
    const expected = await run(path);
    const refused: string[] = [];
    for (const format of FORMATS) {
      const file = await made(path, { format });
      if (file === null) refused.push(format);
      else expect(cosine(await run(file), expected), format).toBeGreaterThan(0.95);
    }
    expect(refused).toEqual(REFUSED[name] ?? []);
  });
});

/** Parts that turn a small difference into a large one. */
const STEPS = ["rows that are looked up", "int64 in a MatMul", "activations that are quantized"];
/** After six products of random matrices four bits may have little to do with the source. */
const LEAST: Readonly<Partial<Record<FormatId, number>>> = { fp16: 0.999, w8: 0.98, int8: 0.9, uint8: 0.9 };

describe("rare parts in a row", () => {
  const random = createRandom(11);
  const pick = <T>(list: readonly T[]): T => list[random.nextInt(list.length)]!;
  const kept = NAMES.filter((name) => !(name in REFUSED));
  const graphs = Array.from({ length: GRAPHS }, (_, seed) => ({
    seed,
    parts: [pick(kept), pick(kept), pick(kept), pick(kept)],
    format: pick(EVERY_FORMAT),
    // Weights beside the file, and a source that is float16 itself.
    outside: random.nextFloat() < 0.3 ? 0 : undefined,
    half: random.nextFloat() < 0.3,
  }));

  it.each(graphs)("$seed: $format of $parts", async ({ seed, parts, format, outside, half }) => {
    let path = source(parts, createRandom(seed));
    if (half && format !== "fp16") {
      const target = folder.file("half.onnx");
      await quantizeModel({ source: path, target, recipe: { format: "fp16" }, threads: 1 });
      path = target;
    }
    const expected = await run(path);
    const file = await made(path, { format }, outside);
    // Types that hide in functions cannot be widened.
    if (file === null) {
      expect(format.includes("int8") && parts.some((name) => name.includes("function"))).toBe(true);
      return;
    }
    await (await load(file, "disabled")).release();
    const found = await run(file);
    expect(found).toHaveLength(expected.length);
    expect(found.every(Number.isFinite)).toBe(true);
    const exact = !parts.some((name) => STEPS.includes(name));
    if (exact) expect(cosine(found, expected)).toBeGreaterThan(LEAST[format] ?? -1);
  });
});

describe("a rare file", () => {
  const proto = (part: string): ModelProto => {
    const into = new OddGraph(createRandom(5));
    const product = ODD_PARTS["a weight that is read three times"]!(into, ODD_PARTS.matMul!(into, "x"));
    return into.model(ODD_PARTS[part]!(into, product));
  };
  const check = async (path: string): Promise<void> => {
    const expected = await run(path);
    for (const format of FORMATS) {
      for (const inlineLimitBytes of [undefined, 0]) {
        const file = await made(path, { format }, inlineLimitBytes);
        expect(cosine(await run(file!), expected), format).toBeGreaterThan(0.9);
      }
    }
  };

  it("carries what ONNX Runtime does not read: training, annotations", async () => {
    const odd = proto("branches with weights");
    const weight = odd.graph!.initializer.at(0)!.name;
    odd.unknownFields = [
      unknownField(20, unknownField(2, toBinary(GraphProto, graph({ nodes: [node("Identity", [weight], ["t"])] })))),
    ];
    odd.graph!.unknownFields = [unknownField(14, unknownField(1, Buffer.from(weight)))];
    await check(save(odd, folder.file("source.onnx")));
  });

  it("has IR version 3, where weights are inputs", async () => {
    const odd = proto("a Gemm that scales");
    odd.irVersion = 3n;
    const inputs = odd.graph!.initializer.map((tensor) => {
      const dim = tensor.dims.map((size) => ({ value: { case: "dimValue" as const, value: size } }));
      const type = { value: { case: "tensorType" as const, value: { elemType: tensor.dataType, shape: { dim } } } };
      return create(ValueInfoProto, { name: tensor.name, type });
    });
    odd.graph!.input.push(...inputs);
    await check(save(odd, folder.file("source.onnx")));
  });

  it.each([
    ["without offset and length", (entry: Place) => (entry.first ? {} : { offset: entry.offset })],
    ["with other keys", (entry: Place) => ({ checksum: "0", length: entry.length, offset: entry.offset })],
  ])("keeps its data outside, %s", async (_, keys) => {
    const odd = proto("branches with weights");
    const empty = rawTensor("nothing", 1, [0, WIDTH], new Uint8Array(0));
    odd.graph!.initializer.push(empty);
    const end = odd.graph!.node.at(-1)!;
    odd.graph!.node.splice(-1, 0, node("Concat", [end.input[0]!, "nothing"], ["with_nothing"], [int("axis", 0)]));
    end.input[0] = "with_nothing";
    const chunks: Uint8Array[] = [];
    let at = 0;
    const location = "data of it.bin";
    for (const tensor of odd.graph!.initializer.filter(({ dataType }) => dataType === 1)) {
      const bytes = tensor.rawData;
      // ONNX Runtime takes the length 0 for the whole file.
      const start = bytes.length === 0 ? 0 : at;
      const place = { first: start === 0, offset: String(start), length: String(bytes.length) };
      tensor.externalData = Object.entries({ location, ...keys(place) }).map(([key, value]) =>
        create(StringStringEntryProto, { key, value }),
      );
      tensor.dataLocation = 1;
      clearField(tensor, "rawData");
      chunks.push(bytes);
      at += bytes.length;
    }
    writeFileSync(folder.file(location), Buffer.concat(chunks));
    await check(save(odd, folder.file("source.onnx")));
  });

  it("is refused where a sparse tensor keeps its data outside", async () => {
    const into = new OddGraph(createRandom(5));
    const value = ODD_PARTS["a sparse bias"]!(into, ODD_PARTS.matMul!(into, "x"));
    const odd = into.model(value);
    const values = create(TensorProto, { name: "far", dataType: 1, dims: [1n], dataLocation: 1 });
    values.externalData = [create(StringStringEntryProto, { key: "location", value: "far.bin" })];
    odd.graph!.unknownFields!.push(unknownField(15, unknownField(1, toBinary(TensorProto, values))));
    const path = save(odd, folder.file("source.onnx"));
    for (const format of EVERY_FORMAT) expect(await made(path, { format })).toBeNull();
  });
});

interface Place {
  readonly first: boolean;
  readonly offset: string;
  readonly length: string;
}
