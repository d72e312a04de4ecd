import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoResources } from "#core/app/files/resources.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import { openStepper, type OpenedStepper, type StepperOptions } from "#core/engine/stepping/open-stepper.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import { openModelFolder, openVariant } from "#core/models/model-folder.ts";
import { encodeModel, setInline } from "#core/onnx/messages.ts";
import type { GraphProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { externalEntries } from "#core/onnx/external-data.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { topK } from "#shared/metrics/top-k.ts";
import { createRandom } from "#shared/random.ts";
import type { Recipe } from "#shared/recipe.ts";
import { FIXTURES, largestDifference } from "../helpers/reference.ts";
import { node } from "../core/onnx/build-model.ts";

const NEW_TOKENS = 24;
/** The cache's buffers grow at 128 tokens, so some texts cross that. */
const LONG_PROMPT = 115;

type Options = Pick<StepperOptions, "file" | "graph" | "fastest">;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quantscope-stepping-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const zoo = (name: string): string => openModelFolder(join(FIXTURES, "zoo", name)).variants[0]!.file;
const architecture = (name: string): string => openModelFolder(join(FIXTURES, "architectures", name)).variants[0]!.file;
const demo = (): string => openModelFolder(demoResources().model).variants[0]!.file;

async function open({ file, ...rest }: Options): Promise<OpenedStepper> {
  const { signature } = openVariant(file, { n_head: 4 });
  return openStepper({ file, signature, provider: "cpu", threads: 2, ...rest });
}

/** Opens, hands over and releases. */
async function using<T>(options: Options, work: (stepper: Stepper) => Promise<T>): Promise<T> {
  const opened = await open(options);
  try {
    return await work(opened.stepper);
  } finally {
    await opened.release();
  }
}

function prompts(rows: number, tokens: number): number[][] {
  const random = createRandom(rows);
  return Array.from({ length: rows }, () => Array.from({ length: tokens }, () => random.nextInt(600)));
}

const best = (logits: Float32Array): number => topK(logits, 1)![0]!;

async function goOn(stepper: Stepper, first: readonly Float32Array[]): Promise<number[][]> {
  const steps: number[][] = [];
  let ids = first.map(best);
  for (let count = 1; count < NEW_TOKENS; count++) {
    steps.push(ids);
    ids = (await stepper.step(ids)).map(best);
  }
  return [...steps, ids];
}

const greedy = async (stepper: Stepper, batch: readonly TokenIds[]): Promise<number[][]> =>
  goOn(stepper, await stepper.prefill(batch));

/** The texts of one row over the growth of the buffers, and of three rows; then from the prompt once more. */
async function texts(stepper: Stepper): Promise<{ one: number[][]; three: number[][]; again: number[][] }> {
  const one = await greedy(stepper, prompts(1, LONG_PROMPT));
  const first = (await stepper.prefill(prompts(3, 9))).map((row) => row.slice());
  const three = await goOn(stepper, first);
  expect(stepper.length).toBe(9 + NEW_TOKENS - 1);
  stepper.rewind(9);
  return { one, three, again: await goOn(stepper, first) };
}

async function expectTextsOfPlain(options: Options): Promise<Stepper> {
  const expected = await using({ ...options, graph: "exported", fastest: "plain" }, async (plain) => {
    expect(plain.method).toBe("plain");
    return texts(plain);
  });
  return using(options, async (stepper) => {
    const found = await texts(stepper);
    expect(found).toEqual(expected);
    expect(found.again).toEqual(found.three);
    return stepper;
  });
}

const expectSlim = (stepper: Stepper): void => {
  expect(stepper).toMatchObject({ method: "slim", graph: "exported" });
  expect(stepper.proof.maxLogprobDifference).toBeLessThan(1e-3);
};

describe("openStepper on exported graphs", () => {
  it.each(["llama", "qwen2", "gpt2", "phi3", "opt"])(
    "steps %s with slim outputs and masked slots to the plain way's text",
    async (name) => {
      const stepper = await expectTextsOfPlain({ file: zoo(name) });
      expectSlim(stepper);
      expect(stepper.proof.refused).toEqual([
        "in place: the graph joins its cache by Concat, which makes a new one at every step",
      ]);
    },
  );

  it.each(["gemma", "bloom-6heads", "bloom-legacy"])(
    "steps %s, which counts positions itself, with free slots cut off, to the bit",
    async (name) => {
      const stepper = await expectTextsOfPlain({ file: architecture(name) });
      expectSlim(stepper);
      expect(stepper.proof.maxLogprobDifference).toBe(0);
      expect(stepper.proof.refused[1]).toContain("without position_ids");
    },
  );

  it("steps a float16 cache", async () => {
    expectSlim(await expectTextsOfPlain({ file: architecture("llama-fp16") }));
  });

  it("steps GroupQueryAttention in place, to the bit, from external weights", async () => {
    const stepper = await expectTextsOfPlain({ file: architecture("genai-llama") });
    expect(stepper).toMatchObject({ method: "in-place", graph: "exported" });
    expect(stepper.proof).toEqual({ maxLogprobDifference: 0, refused: [] });
  });

  it("steps GroupQueryAttention with slices as outputs where in place is not wanted", async () => {
    const stepper = await expectTextsOfPlain({ file: architecture("genai-llama"), fastest: "slim" });
    expect(stepper).toMatchObject({ method: "slim", graph: "exported" });
    expect(stepper.proof).toEqual({
      maxLogprobDifference: 0,
      refused: ["attention, in place: not asked for"],
    });
  });

  it("goes the plain way where the cache comes out of an If, and says why", async () => {
    const stepper = await expectTextsOfPlain({ file: architecture("llama-merged") });
    expect(stepper).toMatchObject({ method: "plain", graph: "exported" });
    expect(stepper.proof.maxLogprobDifference).toBeNull();
    expect(stepper.proof.refused[0]).toContain('"present.0.key" is made by If');
  });
});

describe("openStepper on quantized graphs", () => {
  const formats: readonly (readonly [string, Recipe, number | undefined])[] = [
    ["int4", { format: "int4" }, undefined],
    ["nf4", { format: "nf4" }, undefined],
    ["fp16", { format: "fp16" }, undefined],
    ["int4 with external weights", { format: "int4" }, 1],
  ];
  const make = async (name: string, recipe: Recipe, inlineLimitBytes?: number): Promise<string> => {
    const target = join(folder, `${name}.onnx`);
    await quantizeModel({ source: demo(), target, recipe, threads: 1, inlineLimitBytes });
    return target;
  };

  it.each(formats)("steps %s to the plain way's text", async (name, recipe, inlineLimitBytes) => {
    expectSlim(await expectTextsOfPlain({ file: await make(name, recipe, inlineLimitBytes) }));
  });

  it.each(["w8", "int8"] as const)("steps %s, which rounds activations, to the bit, fused or not", async (format) => {
    const file = await make(format, { format });
    const stepper = await expectTextsOfPlain({ file, graph: "fused" });
    expectSlim(stepper);
    expect(stepper.proof.maxLogprobDifference).toBe(0);
    expect(stepper.proof.refused[0]).toMatch(/^fused attention: its format rounds activations/);
  });

  it("fuses the attention of int4", async () => {
    const stepper = await expectTextsOfPlain({ file: await make("int4 fused", { format: "int4" }), graph: "fused" });
    expect(stepper).toMatchObject({ method: "in-place", graph: "fused" });
  });
});

describe("openStepper with fused attention", () => {
  it.each(["llama", "qwen2", "gpt2", "phi3", "opt"])("steps %s in place to the plain way's text", async (name) => {
    const stepper = await expectTextsOfPlain({ file: zoo(name), graph: "fused" });
    expect(stepper).toMatchObject({ method: "in-place", graph: "fused" });
    expect(stepper.proof.maxLogprobDifference).toBeLessThan(1e-4);
    expect(stepper.proof.refused).toEqual([]);
  });

  it("steps gemma, which counts positions by its cache, and the demo model", async () => {
    for (const file of [architecture("gemma"), demo()]) {
      const stepper = await expectTextsOfPlain({ file, graph: "fused" });
      expect(stepper).toMatchObject({ method: "in-place", graph: "fused" });
    }
  });

  it("steps a float16 cache in place, its context converted as the export does", async () => {
    const stepper = await expectTextsOfPlain({ file: architecture("llama-fp16"), graph: "fused" });
    expect(stepper).toMatchObject({ method: "in-place", graph: "fused" });
    expect(stepper.proof.maxLogprobDifference).toBeLessThan(2e-2);
  });

  it("steps the slices of a fused graph where in place is not wanted", async () => {
    const stepper = await expectTextsOfPlain({ file: zoo("llama"), graph: "fused", fastest: "slim" });
    expect(stepper).toMatchObject({ method: "slim", graph: "fused" });
  });

  it.each([
    ["bloom-6heads", "which attention is not known to do"],
    ["bloom-legacy", "is not [batch, heads, tokens, head size]"],
    ["genai-llama", "has GroupQueryAttention already"],
    ["llama-merged", "is made by If"],
  ])("goes on with the exported graph of %s, and says why", async (name, why) => {
    const stepper = await expectTextsOfPlain({ file: architecture(name), graph: "fused" });
    expect(stepper.graph).toBe("exported");
    expect(stepper.proof.refused[0]).toMatch(/^fused attention: /);
    expect(stepper.proof.refused[0]).toContain(why);
  });
});

/** zoo/llama with its graph changed: still a model, and no longer what the fast ways take it for. */
function changedLlama(name: string, change: (graph: GraphProto) => void): string {
  const model = readModel(zoo("llama"));
  for (const tensor of allTensors(model.proto)) {
    if (externalEntries(tensor)) setInline(tensor, readTensor(model.path, tensor));
  }
  change(model.graph);
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, encodeModel(model.proto));
  return file;
}

describe("openStepper on a folder of links, as the Hugging Face cache is", () => {
  it.each([
    ["weights inside the file", join(FIXTURES, "zoo", "llama", "onnx"), "slim"],
    ["weights beside the file", join(FIXTURES, "architectures", "genai-llama"), "in-place"],
  ])("finds %s", async (name, source, method) => {
    const dir = join(folder, name);
    mkdirSync(join(dir, "blobs"), { recursive: true });
    mkdirSync(join(dir, "snapshot"));
    for (const [index, file] of readdirSync(source)
      .filter((entry) => entry.startsWith("model"))
      .entries()) {
      cpSync(join(source, file), join(dir, "blobs", `${index}`));
      symlinkSync(join("..", "blobs", `${index}`), join(dir, "snapshot", file));
    }
    const stepper = await expectTextsOfPlain({ file: join(dir, "snapshot", "model.onnx") });
    expect(stepper.method).toBe(method);
  });
});

describe("openStepper's proof", () => {
  it("refuses free slots in a graph that does not honour its mask, and cuts them off", async () => {
    const file = changedLlama("deaf", (graph) => {
      const cast = graph.node.find(({ opType, input }) => opType === "Cast" && input[0] === "attention_mask")!;
      graph.node.splice(
        graph.node.indexOf(cast),
        1,
        node("Equal", ["attention_mask", "attention_mask"], [...cast.output]),
      );
    });
    const stepper = await expectTextsOfPlain({ file });
    expectSlim(stepper);
    expect(stepper.proof.refused[1]).toMatch(/^slim outputs, free slots masked: log-probabilities differ by /);
  });

  it("refuses to fuse attention that sees what comes later", async () => {
    const file = changedLlama("backwards", (graph) => {
      const causal = graph.node.find(({ opType }) => opType === "LessOrEqual")!;
      causal.input[1] = causal.input[0]!;
    });
    const stepper = await using({ file, graph: "fused" }, (opened) => Promise.resolve(opened));
    expect(stepper.graph).toBe("exported");
    expect(stepper.proof.refused[0]).toMatch(/^fused attention, in place: log-probabilities differ by /);
  });

  it("does not take a broken file for a slow way", async () => {
    const file = join(folder, "cut.onnx");
    const { signature } = openVariant(zoo("llama"), {});
    writeFileSync(file, readFileSync(zoo("llama")).subarray(0, 5000));
    await expect(openStepper({ file, signature, provider: "cpu", threads: 1 })).rejects.toMatchObject({
      code: "MODEL_CORRUPT",
    });
  });
});

describe("Stepper", () => {
  it.each(["in-place", "slim", "plain"] as const)("%s gives the same rows again after going back", async (fastest) => {
    await using({ file: architecture("genai-llama"), fastest }, async (stepper) => {
      expect(stepper.method).toBe(fastest);
      await stepper.prefill([[5, 6, 7, 8]]);
      const first = (await stepper.step([9]))[0]!.slice();
      await stepper.step([10]);
      stepper.rewind(4);
      expect(stepper.length).toBe(4);
      const other = (await stepper.step([11]))[0]!.slice();
      stepper.rewind(4);
      expect(largestDifference((await stepper.step([9]))[0]!, first)).toBe(0);
      expect(largestDifference(other, first)).toBeGreaterThan(0);
    });
  });

  it.each(["in-place", "plain"] as const)("%s refuses what it cannot do", async (fastest) => {
    await using({ file: architecture("genai-llama"), fastest }, async (stepper) => {
      await expect(stepper.step([1])).rejects.toThrow();
      await expect(stepper.prefill([[1, 2], [3]])).rejects.toThrow("prompts of one length, got [2, 1] tokens");
      await expect(stepper.prefill([])).rejects.toThrow("prompts of one length");
      await stepper.prefill([[1, 2]]);
      expect(() => {
        stepper.rewind(3);
      }).toThrow("cannot rewind to 3 tokens: the cache holds 2");
    });
  });

  it("steps a prompt again after another one, shorter or longer", async () => {
    await using({ file: zoo("llama") }, async (stepper) => {
      const short = await greedy(stepper, prompts(1, 5));
      await greedy(stepper, prompts(1, LONG_PROMPT));
      expect(await greedy(stepper, prompts(1, 5))).toEqual(short);
    });
  });
});
