/** What ONNX Runtime's own tool makes of the models here (test/fixtures/make/dynamic8.py), and ours in the same words. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";

interface ReferenceFile {
  readonly model: string;
  readonly format: "int8" | "uint8";
  readonly perChannel: boolean;
  readonly reduceRange: boolean;
  readonly tensors: string;
  readonly nodes: string;
}
interface Next {
  readonly topIds: readonly number[];
  readonly topLogprobs: readonly number[];
}

export const REFERENCE = JSON.parse(readFileSync("test/fixtures/quantization/dynamic8/reference.json", "utf8")) as {
  readonly files: readonly ReferenceFile[];
  readonly prompts: readonly (readonly number[])[];
  readonly logits: Readonly<Record<"int8" | "uint8", readonly Next[]>>;
};

export function sourceOf(model: string): string {
  return model === "demo" ? "resources/models/demo/onnx/model.onnx" : `test/fixtures/zoo/${model}/onnx/model.onnx`;
}

/** Hashes of all tensors and of all nodes, their order left out. */
export function describeFile(path: string): { tensors: string; nodes: string } {
  const { graph } = readModel(path);
  const tensors = graph.initializer.map((tensor) => {
    const data = createHash("sha256").update(readTensor(path, tensor)).digest("hex");
    return `${tensor.name} ${tensor.dataType} [${tensor.dims.join()}] ${data}`;
  });
  const nodes = graph.node.map(
    ({ opType, name, input, output }) => `${opType} ${name} ${input.join("|")} ${output.join("|")}`,
  );
  const hash = (lines: string[]): string => createHash("sha256").update(lines.sort().join("\n")).digest("hex");
  return { tensors: hash(tensors), nodes: hash(nodes) };
}
