/**
 * `--large`: a float32 model of about 4 GB whose largest tensor is 1 GB, with random weights, written by our own writer and
 * quantized to int4. Says how much more memory the command has at its peak than one that only starts, and removes all.
 */
import { create } from "#core/onnx/proto/edit.ts";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importOpset, makeNode, promisedTensor } from "#core/onnx/messages.ts";
import { GraphProto, ModelProto } from "#core/onnx/proto/onnx.ts";
import { tensorBytes } from "#core/onnx/tensor.ts";
import { writeModel } from "#core/onnx/write-model.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";

const FLOAT = 1;
const WIDTH = 4096;
const HEAD = 65_536;
/** Matrices of 64 MB beside the head of 1 GB. */
const LAYERS = 45;

/** Writes DIR/onnx/model.onnx with its data beside it, and what a model folder needs. Returns the bytes of all. */
export async function makeLargeModel(dir: string): Promise<number> {
  mkdirSync(join(dir, "onnx"), { recursive: true });
  const model = create(ModelProto, { irVersion: 10n, graph: create(GraphProto, { name: "large" }) });
  const graph = model.graph!;
  importOpset(model, "", 21);
  const jobs: TensorJob[] = [];
  const weights = Array.from({ length: LAYERS }, (_, layer) => ({ name: `layer.${layer}.weight`, columns: WIDTH }));
  weights.push({ name: "head.weight", columns: HEAD });
  let input = "input";
  for (const [index, { name, columns }] of weights.entries()) {
    const tensor = promisedTensor(name, FLOAT, [WIDTH, columns]);
    graph.initializer.push(tensor);
    graph.node.push(makeNode("MatMul", `matmul.${index}`, [input, name], [`value.${index}`]));
    input = `value.${index}`;
    jobs.push(randomJob(name, tensorBytes(tensor)));
  }
  const path = join(dir, "onnx", "model.onnx");
  const { files } = await writeModel({ proto: model, sourcePath: emptyFile(dir), target: path, jobs });
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

function randomJob(name: string, bytes: number): TensorJob {
  const noise = Float32Array.from({ length: 1 << 20 }, (_, i) => Math.sin(i * (i % 1013)) * 0.05);
  const chunk = new Uint8Array(noise.buffer);
  return {
    tensors: new Map([[name, bytes]]),
    *pieces() {
      for (let offset = 0; offset < bytes; offset += chunk.length) {
        yield { tensor: name, offset, bytes: chunk.subarray(0, Math.min(chunk.length, bytes - offset)) };
      }
    },
  };
}

/** The writer wants a source that it does not overwrite. */
function emptyFile(dir: string): string {
  const path = join(dir, "source");
  writeFileSync(path, "");
  return path;
}
