/** Makes a whole small model in memory, for code outside this folder, which makes none itself. */
import { FLOAT, INT64 } from "./data-types.ts";
import { create } from "./proto/edit.ts";
import { ModelProto, type NodeProto, TensorProto, ValueInfoProto } from "./proto/onnx.ts";

/** An input or output; a dimension is a size, or the name of a free one. */
interface Port {
  readonly name: string;
  readonly type: "float32" | "int64";
  readonly dims: readonly (number | string)[];
}

interface ModelParts {
  readonly name: string;
  /** Version of the standard operator set. */
  readonly opset: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
}

/** onnx.Version of operator set 13 to 17's time: the oldest that every tool of today reads. */
const IR_VERSION = 8n;

export function makeModel({ name, opset, inputs, outputs, nodes, initializers }: ModelParts): ModelProto {
  return create(ModelProto, {
    irVersion: IR_VERSION,
    producerName: "quantscope",
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    graph: {
      name,
      node: [...nodes],
      initializer: [...initializers],
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  });
}

/** float32 values with their shape. */
export function floatTensor(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return create(TensorProto, { name, dataType: FLOAT, dims: dims.map(BigInt), rawData });
}

function valueInfo({ name, type, dims }: Port): ValueInfoProto {
  const dim = dims.map((size) =>
    typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size } },
  );
  const value = { elemType: type === "float32" ? FLOAT : INT64, shape: { dim } };
  return create(ValueInfoProto, { name, type: { value: { case: "tensorType", value } } });
}
