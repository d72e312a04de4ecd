/** Exports whose graph does less than others': measured as far as it goes, and what is left out says why. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { skippedNotes } from "#shared/tables/skipped-notes.ts";
import type { Results } from "#shared/results.ts";
import { encodeModel, int64Tensor, makeNode, setExternal } from "#core/onnx/messages.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { readModel, type OnnxModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { writeModel } from "#core/onnx/write-model.ts";
import { executeRun } from "#core/runs/execute.ts";
import { readRun } from "#core/store/read-run.ts";
import { questionFile, scratchDir, smallSpec, testLab } from "../helpers/lab.ts";
import { FIXTURES } from "../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama");

/** The llama of the zoo, its graph changed. */
async function changed(change: (model: OnnxModel) => void): Promise<string> {
  const dir = join(scratchDir(), "llama");
  cpSync(LLAMA, dir, { recursive: true });
  const target = join(dir, "onnx", "model.onnx");
  rmSync(target);
  const model = readModel(join(LLAMA, "onnx", "model.onnx"));
  change(model);
  await writeModel({ proto: model.proto, sourcePath: model.path, target });
  return dir;
}

async function measure(model: string): Promise<Results> {
  const lab = testLab();
  const text = join(scratchDir(), "text.txt");
  writeFileSync(text, "Numbers such as one and two come before three. ".repeat(60));
  const { passes, ...spec } = smallSpec(model, questionFile(3), { cells: [{ format: "fp32", threads: 1 }] });
  const { forward, benchmark } = passes;
  const tokens = { ...passes.tokens!, texts: text, chunks: 2, chunkTokens: 32, positionsPerChunk: 4 };
  const decode = { ...passes.decode!, depths: [0], batchSizes: [1, 2] };
  const { runId, status } = await executeRun({ ...spec, passes: { forward, decode, tokens, benchmark } }, lab);
  const results = buildResults(readRun(lab.db, runId));
  expect({ status, error: results.cells[0]!.error }).toEqual({ status: "done", error: null });
  return results;
}

let measured: Promise<Results> | null = null;
/** The llama as it is, once for all tests. */
const plainLlama = (): Promise<Results> => (measured ??= measure(LLAMA));

/** What the answers and the next tokens were. */
const said = ({ cells: [cell] }: Results): unknown => [
  cell!.tokens.map(({ topIds }) => topIds.slice(0, 5)),
  cell!.benchmark.map(({ mode, answers }) => [mode, answers.map(({ predicted, tokenIds }) => [predicted, tokenIds])]),
];

/** Fixes an axis of inputs and outputs. */
function fix({ graph }: OnnxModel, names: RegExp, axis: number, size: bigint): void {
  for (const { name, type } of [...graph.input, ...graph.output]) {
    if (names.test(name) && type?.value.case === "tensorType") {
      type.value.value.shape!.dim[axis]!.value = { case: "dimValue", value: size };
    }
  }
}

/** The graph as onnxruntime-genai's prune_lm_head leaves it. */
function keepLast(model: OnnxModel, isDeclared: boolean): void {
  const { graph } = model;
  for (const node of graph.node) node.output = node.output.map((name) => (name === "logits" ? "all_logits" : name));
  graph.initializer.push(int64Tensor("from", [-1]), int64Tensor("to", [2 ** 31]), int64Tensor("axis", [1]));
  graph.node.push(makeNode("Slice", "last", ["all_logits", "from", "to", "axis"], ["logits"]));
  if (isDeclared) fix(model, /^logits$/, 1, 1n);
}

/** Logits of a free width, out of an operator that says nothing of it. */
function hideWidth({ graph }: OnnxModel): void {
  for (const node of graph.node) node.output = node.output.map((name) => (name === "logits" ? "all_logits" : name));
  graph.node.push(makeNode("Max", "hidden", ["all_logits", "all_logits"], ["logits"]));
  const { value } = graph.output.find(({ name }) => name === "logits")!.type!;
  if (value.case === "tensorType") value.value.shape!.dim[2]!.value = { case: "dimParam", value: "vocabulary" };
}

/** A batch of one inside the graph, where no shape tells: Squeeze refuses a second sequence. */
function takeOne({ graph }: OnnxModel): void {
  for (const node of graph.node) node.input = node.input.map((name) => (name === "input_ids" ? "own_ids" : name));
  graph.initializer.push(int64Tensor("first", [0]));
  graph.node.unshift(
    makeNode("Squeeze", "squeeze", ["input_ids", "first"], ["row"]),
    makeNode("Unsqueeze", "unsqueeze", ["row", "first"], ["own_ids"]),
  );
}

/** Gives the tokenizer a token more than the model has. */
function addToken(dir: string): string {
  const file = join(dir, "tokenizer.json");
  const tokenizer = JSON.parse(readFileSync(file, "utf8")) as { added_tokens: object[] };
  const rest = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  tokenizer.added_tokens.push({ id: 1000, content: "<extra>", ...rest });
  writeFileSync(file, JSON.stringify(tokenizer));
  return dir;
}

describe("a tokenizer with more tokens than the model", () => {
  it("is no harm while no text holds one, and is named when one does", async () => {
    const dir = addToken(await changed(() => undefined));
    expect(said(await measure(dir))).toEqual(said(await plainLlama()));

    const questions = join(scratchDir(), "extra.csv");
    writeFileSync(questions, "question,A,B,C,D,answer\nWhat is <extra>?,1,2,3,4,A\n");
    const lab = testLab();
    const { passes, ...spec } = smallSpec(dir, questions, { cells: [{ format: "fp32", threads: 1 }] });
    const { runId } = await executeRun({ ...spec, passes: { benchmark: passes.benchmark! } }, lab);
    expect(buildResults(readRun(lab.db, runId)).cells[0]!.error).toMatchObject({
      code: "MODEL_UNSUPPORTED",
      message: expect.stringContaining(
        'The model knows tokens 0 to 999, and was given token 1000, which is "<extra>".',
      ) as string,
    });
  });
});

describe("external data under a path of Windows", () => {
  it("is loaded and stepped as the same weights inside the file are", async () => {
    const dir = await changed(() => undefined);
    const file = join(dir, "onnx", "model.onnx");
    const model = readModel(file);
    const tensors = model.graph.initializer.filter(({ dataLocation }) => dataLocation === 1);
    const bytes = tensors.map((tensor) => readTensor(file, tensor));
    mkdirSync(join(dir, "onnx", "weights"));
    writeFileSync(join(dir, "onnx", "weights", "w.bin"), Buffer.concat(bytes));
    let offset = 0;
    for (const [index, tensor] of tensors.entries()) {
      setExternal(tensor, "weights\\w.bin", offset, bytes[index]!.length);
      offset += bytes[index]!.length;
    }
    writeFileSync(file, encodeModel(model.proto));
    expect(tensors.length).toBeGreaterThan(0);
    expect(said(await measure(dir))).toEqual(said(await plainLlama()));
  });
});

describe("graphs that do less than others", () => {
  it("are measured as far as they go, and say what is left out", async () => {
    const plain = await plainLlama();
    expect(skippedNotes(plain)).toEqual([]);

    const fixed = await measure(
      await changed((model) => {
        fix(model, /^(input_ids|attention_mask|position_ids)$/, 0, 1n);
      }),
    );
    expect(said(fixed)).toEqual(said(plain));
    const reason = "not run: the model was exported for one sequence at a time.";
    expect(skippedNotes(fixed)).toEqual([
      `fp32@cpu, batch 4: ${reason}`,
      `fp32@cpu, decoding at batch 2 and depth 0: ${reason}`,
    ]);
    expect(fixed.cells[0]!.forward[0]!.latencyMs.length).toBeGreaterThan(0);

    const inside = await measure(await changed(takeOne));
    expect(said(inside)).toEqual(said(plain));
    const [batch, decoding] = skippedNotes(inside);
    expect(batch).toMatch(/^fp32@cpu, batch 4: not run: The model does not run with .*input_ids \[4, 16\]/);
    expect(decoding).toMatch(/^fp32@cpu, decoding at batch 2 and depth 0: not run: The model does not run/);

    // A head that no walk follows, and so logits of a width that only a run tells.
    const open = addToken(
      await changed((model) => {
        hideWidth(model);
      }),
    );
    expect(openModelFolder(open).variants[0]!.signature.vocabularySize).toBeNull();
    expect(said(await measure(open))).toEqual(said(plain));

    for (const isDeclared of [true, false]) {
      const folder = await changed((model) => {
        keepLast(model, isDeclared);
      });
      expect(openModelFolder(folder).variants[0]!.warnings.join()).toContain("logits of the last token only");
      const last = await measure(folder);
      expect(said(last)).toEqual(said(plain));
      expect(skippedNotes(last)).toEqual([
        "fp32@cpu, running text: not run: the model gives the logits of its last token only.",
      ]);
      expect(last.cells[0]!.forward.map(({ skipped }) => skipped)).toEqual([null, null]);
    }
  });
});
