import { type OnnxModel, readModel } from "#core/onnx/read-model.ts";
import { cloneModel, encodeModel } from "#core/onnx/messages.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";

/** Every tensor's name, type, shape and bytes (as hex), in order, wherever the bytes are kept. */
export function tensorContents(model: OnnxModel): { name: string; dataType: number; dims: string; hex: string }[] {
  return Array.from(allTensors(model.proto), (tensor) => ({
    name: tensor.name,
    dataType: tensor.dataType,
    dims: tensor.dims.join(),
    hex: Buffer.from(readTensor(model.path, tensor)).toString("hex"),
  }));
}

/** The model without its tensors' data, as bytes: nodes, values, metadata and unknown fields. */
export function withoutData(model: OnnxModel): string {
  const copy = cloneModel(model.proto);
  for (const tensor of allTensors(copy)) {
    tensor.externalData = [];
    tensor.dataLocation = 0;
    tensor.rawData = new Uint8Array(0);
    tensor.floatData = [];
  }
  return Buffer.from(encodeModel(copy)).toString("hex");
}

/** Equal strings mean equal models. */
export function fingerprint(path: string): { tensors: ReturnType<typeof tensorContents>; rest: string } {
  const model = readModel(path);
  return { tensors: tensorContents(model), rest: withoutData(model) };
}
