import { LabError } from "#shared/errors.ts";
import { dataType } from "./data-types.ts";
import { resolveExternal } from "./external-data.ts";
import type { TensorProto } from "./proto/onnx.ts";
import { openSource, type TensorReader, type TensorSource } from "./tensor-source.ts";

export type { TensorReader, TensorSource };

/** Product of the dimensions; 1 for a scalar. Throws where a dimension is negative or the product is no safe integer. */
export function elementCount(tensor: Pick<TensorProto, "name" | "dims">): number {
  let count = 1;
  for (const dim of tensor.dims) {
    count *= Number(dim);
    if (dim < 0n || !Number.isSafeInteger(count)) {
      throw new LabError(
        "MODEL_CORRUPT",
        `tensor "${tensor.name}" has the impossible shape [${tensor.dims.join(", ")}].`,
        {
          tensor: tensor.name,
        },
      );
    }
  }
  return count;
}

/** Bytes of the tensor's data by shape and type; sub-byte types are packed over the flat tensor. */
export function tensorBytes(tensor: TensorProto): number {
  const type = dataType(tensor.dataType);
  if (!type) {
    throw new LabError("MODEL_CORRUPT", `tensor "${tensor.name}" has the unknown element type ${tensor.dataType}.`, {
      tensor: tensor.name,
    });
  }
  return Math.ceil((elementCount(tensor) * type.bits) / 8);
}

/**
 * Where a tensor's bytes are. Data in the typed fields (`float_data`, `int64_data`...) is small enough to have stayed in the
 * proto (skeleton.ts) and is laid out as raw bytes first.
 * @param modelPath the .onnx file that the tensor comes from
 * @throws LabError MODEL_CORRUPT, EXTERNAL_DATA_*
 */
export function tensorSource(modelPath: string, tensor: TensorProto): TensorSource {
  const byteLength = tensorBytes(tensor);
  const data = resolveExternal(modelPath, tensor, byteLength) ?? typedDataBytes(tensor);
  if (data.length !== byteLength) {
    throw new LabError(
      "MODEL_CORRUPT",
      `${modelPath}: tensor "${tensor.name}" needs ${byteLength} bytes by its shape but holds ${data.length}. Download or export the model again.`,
      { file: modelPath, tensor: tensor.name },
    );
  }
  return { name: tensor.name, data };
}

/** Opens a tensor for reading in slabs. */
export function openTensor(modelPath: string, tensor: TensorProto): TensorReader {
  return openSource(tensorSource(modelPath, tensor));
}

/** All bytes of a tensor: for the small ones. */
export function readTensor(modelPath: string, tensor: TensorProto): Uint8Array {
  using reader = openTensor(modelPath, tensor);
  const bytes = new Uint8Array(reader.byteLength);
  reader.read(bytes, 0);
  return bytes;
}

/** `raw_data`, or the typed field laid out as `raw_data` would be (ONNX IR, TensorProto). */
function typedDataBytes(tensor: TensorProto): Uint8Array {
  if (tensor.rawData.length > 0) return tensor.rawData;
  const view = (array: { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(array.buffer);
  if (tensor.floatData.length > 0) return view(Float32Array.from(tensor.floatData));
  if (tensor.int64Data.length > 0) return view(BigInt64Array.from(tensor.int64Data));
  if (tensor.doubleData.length > 0) return view(Float64Array.from(tensor.doubleData));
  if (tensor.uint64Data.length > 0) {
    // uint64_data also holds uint32, one value an entry.
    return dataType(tensor.dataType)?.bits === 32
      ? view(Uint32Array.from(tensor.uint64Data, Number))
      : view(BigUint64Array.from(tensor.uint64Data));
  }
  // int32_data also holds the 16- and 8-bit types, one value an entry.
  const bits = dataType(tensor.dataType)?.bits;
  if (bits === 16) return view(Uint16Array.from(tensor.int32Data));
  if (bits === 32) return view(Int32Array.from(tensor.int32Data));
  return Uint8Array.from(tensor.int32Data);
}
