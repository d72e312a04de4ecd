/** What threads make is what one thread makes, and what they meet is said as it would be here. */
import * as fs from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { SourceCutError, TaskWriteError } from "#core/onnx/tensor-job.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { ThreadPool } from "#core/quantize/threads/thread-pool.ts";
import type { Recipe } from "#shared/recipe.ts";
import { floats, model, node, save, temporaryFolder } from "../../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const LLAMA = "test/fixtures/zoo/llama/onnx/model.onnx";

const RECIPES: readonly Recipe[] = [
  { format: "int4" },
  { format: "int4", symmetric: false, embeddings: true },
  { format: "int4", algorithm: "k_quant", symmetric: false },
  { format: "w8", algorithm: "rtn" },
  { format: "nf4" },
  { format: "fp4", doubleQuant: true },
  { format: "int8" },
  { format: "uint8", perChannel: true },
  { format: "fp16" },
  { format: "int4f16" },
];

/** A file of 4 MB that a task can be told to copy. */
function source(): { file: string; offset: number; length: number } {
  const file = folder.file("bytes");
  fs.writeFileSync(file, Buffer.alloc(4_000_000, "abc"));
  return { file, offset: 0, length: 4_000_000 };
}

async function copy(range: ReturnType<typeof source>, flags: string, signal = new AbortController().signal) {
  const target = folder.file("copied");
  fs.writeFileSync(target, "");
  const fd = fs.openSync(target, flags);
  let written = 0;
  try {
    using pool = new ThreadPool(1);
    const places = new Map([["x", { fd, offset: 100, bytes: range.length }]]);
    await pool.run([{ work: { copy: range }, places }], (_tensor, bytes) => (written += bytes), signal);
    return { written, bytes: fs.readFileSync(target) };
  } finally {
    fs.closeSync(fd);
  }
}

describe("quantizeModel on threads", () => {
  it.each(RECIPES)("makes the same file as on one: %j", async (recipe) => {
    const files = await Promise.all(
      [1, 3].map(async (threads) => {
        const target = folder.file(`threads-${threads}-${RECIPES.indexOf(recipe)}.onnx`);
        const { path } = await quantizeModel({ source: LLAMA, target, recipe, threads });
        return fs.readFileSync(path);
      }),
    );
    expect(files[0]!.equals(files[1]!)).toBe(true);
  });

  it("counts every byte and tensor, and says where the time went", async () => {
    const seen: { bytesDone: number; bytesTotal: number; tensorsDone: number; tensorsTotal: number }[] = [];
    const { times } = await quantizeModel({
      source: LLAMA,
      target: folder.file("progress.onnx"),
      recipe: { format: "int4" },
      threads: 2,
      onProgress: (progress) => seen.push(progress),
    });
    const last = seen.at(-1)!;
    expect(last.bytesDone).toBe(last.bytesTotal);
    expect(last.tensorsDone).toBe(last.tensorsTotal);
    expect(times.threads!.readMs).toBeGreaterThan(0);
  });

  it("names the tensor with a NaN, and leaves nothing", async () => {
    const weights = Array.from({ length: 32 * 16 }, (_, index) => (index === 300 ? NaN : 1));
    const graph = {
      nodes: [node("MatMul", ["x", "layer.weight"], ["y"])],
      initializers: [floats("layer.weight", [32, 16], weights)],
    };
    const target = folder.file("nan/model.onnx");
    const run = quantizeModel({
      source: save(model(graph), folder.file("nan.onnx")),
      target,
      recipe: { format: "int4" },
      threads: 2,
    });
    await expect(run).rejects.toMatchObject({ code: "MODEL_CORRUPT", details: { tensor: "layer.weight" } });
    expect(fs.readdirSync(folder.file("nan"))).toEqual([]);
  });

  it("stops when it is aborted, and leaves nothing", async () => {
    const stop = new AbortController();
    const run = quantizeModel({
      source: LLAMA,
      target: folder.file("aborted/model.onnx"),
      recipe: { format: "int4" },
      threads: 2,
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: "CANCELLED" });
    expect(fs.readdirSync(folder.file("aborted"))).toEqual([]);
  });
});

describe("ThreadPool", () => {
  it("copies bytes to their place", async () => {
    const range = source();
    const { written, bytes } = await copy(range, "r+");
    expect(written).toBe(range.length);
    expect(bytes.subarray(100).equals(fs.readFileSync(range.file))).toBe(true);
  });

  it("says which file could not be written, and why", async () => {
    const error = await copy(source(), "r").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TaskWriteError);
    expect(error).toMatchObject({ code: "EBADF" });
  });

  it("says which source became shorter", async () => {
    const error = await copy({ ...source(), length: 5_000_000 }, "r+").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceCutError);
  });

  it("writes nothing once it is told to stop", async () => {
    const { written } = await copy(source(), "r+", AbortSignal.abort());
    expect(written).toBe(0);
  });
});
