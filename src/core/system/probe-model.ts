import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createRandom } from "#shared/random.ts";
import { floatTensor, makeModel } from "#core/onnx/make-model.ts";
import { encodeModel, makeNode } from "#core/onnx/messages.ts";
import type { TensorProto } from "#core/onnx/proto/onnx.ts";

/** Sizes of the probe model: small enough to be made in no time, multiples of every default block size. */
const VOCABULARY = 96;
const HIDDEN = 128;
const INNER = 256;
const SEED = 20_26;

/** The tokens that every probe computes: several rows, so that a kernel for one row is not all that is tried. */
export const PROBE_IDS: readonly number[] = [1, 5, 17, 40, 2, 63, 95, 31];

/**
 * Writes the probe model in fp32: an embedding, a gated feed-forward block with its residual, and a head, which is what a
 * decoder has without attention. Made from a seed, so that its numbers are the same everywhere.
 */
export function writeProbeModel(file: string): void {
  const random = createRandom(SEED);
  // Sums of 12 uniform numbers, variance 1: near enough to normal for weights, and free of a logarithm's last digit.
  const normal = (): number =>
    Array.from({ length: 12 }, () => random.nextFloat()).reduce((sum, each) => sum + each, -6);
  const weight = (name: string, rows: number, columns: number, scale: number): TensorProto =>
    floatTensor(
      name,
      [rows, columns],
      Float32Array.from({ length: rows * columns }, () => Math.fround(normal() * scale)),
    );

  const model = makeModel({
    name: "quantscope-probe",
    opset: 17,
    inputs: [{ name: "input_ids", type: "int64", dims: ["batch_size", "sequence_length"] }],
    outputs: [{ name: "logits", type: "float32", dims: ["batch_size", "sequence_length", VOCABULARY] }],
    initializers: [
      weight("embed.weight", VOCABULARY, HIDDEN, 1),
      weight("gate.weight", HIDDEN, INNER, HIDDEN ** -0.5),
      weight("up.weight", HIDDEN, INNER, HIDDEN ** -0.5),
      weight("down.weight", INNER, HIDDEN, INNER ** -0.5),
      weight("head.weight", HIDDEN, VOCABULARY, HIDDEN ** -0.5),
    ],
    nodes: [
      makeNode("Gather", "/embed/Gather", ["embed.weight", "input_ids"], ["embedded"]),
      makeNode("MatMul", "/gate/MatMul", ["embedded", "gate.weight"], ["gate"]),
      makeNode("MatMul", "/up/MatMul", ["embedded", "up.weight"], ["up"]),
      makeNode("Sigmoid", "/act/Sigmoid", ["gate"], ["sigmoid"]),
      makeNode("Mul", "/act/Mul", ["gate", "sigmoid"], ["activated"]),
      makeNode("Mul", "/gated/Mul", ["activated", "up"], ["gated"]),
      makeNode("MatMul", "/down/MatMul", ["gated", "down.weight"], ["down"]),
      makeNode("Add", "/residual/Add", ["embedded", "down"], ["hidden"]),
      makeNode("MatMul", "/head/MatMul", ["hidden", "head.weight"], ["logits"]),
    ],
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, encodeModel(model));
}
