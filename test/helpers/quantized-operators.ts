/**
 * Takes the quantized operators of a written model out, one by one, and says what each should compute: its weights decoded
 * here, by the operator's specification (onnxruntime/docs/ContribOperators.md), times a vector. For a new operator add a
 * row to DECODERS.
 */
import { clone, create } from "#core/onnx/proto/edit.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import { type GraphProto, ModelProto, NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { type OnnxModel, readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { FP4_VALUES, NF4_VALUES } from "#core/quantize/bnb4/bnb4.ts";
import { graph } from "../core/onnx/build-model.ts";
import { tensorValue } from "./onnx-builder.ts";

export interface Operator {
  readonly name: string;
  readonly opType: string;
  /** A model of this node alone: "x" in, "y" out. */
  readonly bytes: Uint8Array;
  readonly kind: "multiply" | "gather";
  /** Weights [count, width]: output features by input features, or table entries. */
  readonly weights: Weights;
}

export interface Weights {
  readonly count: number;
  readonly width: number;
  readonly at: (row: number, column: number) => number;
}

interface Decoder {
  readonly kind: Operator["kind"];
  /** Where the node takes what it multiplies or looks up. */
  readonly input: number;
  weights(node: NodeProto, tensor: (index: number) => Stored | null): Weights;
}
interface Stored {
  readonly proto: TensorProto;
  readonly bytes: Uint8Array;
}

const int = (node: NodeProto, name: string, missing = 0): number =>
  Number(node.attribute.find((attribute) => attribute.name === name)?.i ?? missing);
const floats = (tensor: Stored | null): Float32Array => new Float32Array(tensor!.bytes.slice().buffer);
/** Code `index` of a byte string, the first one in the low bits. */
const code = (bytes: Uint8Array, index: number, bits: number): number =>
  (bytes[(index * bits) >> 3]! >> ((index * bits) & 7)) & (2 ** bits - 1);

const DECODERS: Readonly<Record<string, Decoder>> = {
  MatMulNBits: {
    kind: "multiply",
    input: 0,
    weights(node, tensor) {
      const [K, N, bits, size] = ["K", "N", "bits", "block_size"].map((name) => int(node, name)) as [
        number,
        number,
        number,
        number,
      ];
      const blocks = Math.ceil(K / size);
      const [codes, scales, zeros] = [tensor(1)!.bytes, floats(tensor(2)), tensor(3)?.bytes];
      const zeroRow = Math.ceil((blocks * bits) / 8);
      return {
        count: N,
        width: K,
        at: (n, k) => {
          const block = Math.floor(k / size);
          const zero = zeros ? code(zeros.subarray(n * zeroRow), block, bits) : 2 ** (bits - 1);
          return (code(codes, n * blocks * size + k, bits) - zero) * scales[n * blocks + block]!;
        },
      };
    },
  },
  MatMulBnb4: {
    kind: "multiply",
    input: 0,
    weights(node, tensor) {
      const [K, size] = [int(node, "K"), int(node, "block_size")];
      const values = int(node, "quant_type") === 1 ? NF4_VALUES : FP4_VALUES;
      const [codes, absmax] = [tensor(1)!.bytes, floats(tensor(2))];
      return {
        count: int(node, "N"),
        width: K,
        at: (n, k) => {
          const at = n * K + k;
          return (
            Math.fround(values[(codes[at >> 1]! >> (at % 2 === 0 ? 4 : 0)) & 15]!) * absmax[Math.floor(at / size)]!
          );
        },
      };
    },
  },
  GatherBlockQuantized: {
    kind: "gather",
    input: 1,
    weights(node, tensor) {
      const [data, scales, zeros] = [tensor(0)!, tensor(2)!, tensor(3)];
      const size = int(node, "block_size");
      const [entries, blocks] = scales.proto.dims.map(Number) as [number, number];
      const unsigned = data.proto.dataType === 2;
      const bits = unsigned ? int(node, "bits", 4) : 4;
      // A shared table is the head's tensor [entries, blocks, bytes of a block].
      const rowBytes = data.bytes.length / entries;
      const width = unsigned ? (rowBytes * 8) / bits : Number(data.proto.dims[1]);
      const signed = (value: number): number => (data.proto.dataType === 22 && value > 7 ? value - 16 : value);
      const zeroRow = Math.ceil((blocks * bits) / 8);
      const scale = floats(scales);
      return {
        count: entries,
        width,
        at: (row, column) => {
          const block = Math.floor(column / size);
          let zero = unsigned ? 2 ** (bits - 1) : 0;
          if (zeros) {
            zero = unsigned
              ? code(zeros.bytes.subarray(row * zeroRow), block, bits)
              : code(zeros.bytes, row * blocks + block, bits);
          }
          return (signed(code(data.bytes, row * width + column, bits)) - zero) * scale[row * blocks + block]!;
        },
      };
    },
  },
};

/** The quantized operators of a file; several on one weight count once. */
export function quantizedOperators(path: string): Operator[] {
  const model = readModel(path);
  const seen = new Set<string>();
  return model.graph.node.flatMap((node) => {
    const decoder = DECODERS[node.opType];
    const key = `${node.opType} ${node.input.filter((_, index) => index !== decoder?.input).join(" ")}`;
    if (!decoder || seen.has(key)) return [];
    seen.add(key);
    return [operator(model, node, decoder)];
  });
}

function operator({ path, proto, graph: whole }: OnnxModel, node: NodeProto, decoder: Decoder): Operator {
  const reshapes = new Map(whole.node.filter(({ opType }) => opType === "Reshape").map((n) => [n.output[0]!, n]));
  const weights = node.input.filter((name, index) => index !== decoder.input && name !== "");
  const behind = weights.flatMap((name) => reshapes.get(name) ?? []);
  const names = new Set([...weights, ...behind.flatMap(({ input }) => input)]);
  const stored = new Map(
    whole.initializer
      .filter(({ name }) => names.has(name))
      .map((tensor) => [tensor.name, { proto: tensor, bytes: readTensor(path, tensor) }] as const),
  );
  const tensor = (index: number): Stored | null => {
    const name = node.input[index];
    if (name === undefined) return null;
    return stored.get(reshapes.get(name)?.input[0] ?? name) ?? null;
  };
  const alone: GraphProto = graph({
    nodes: [
      ...behind,
      Object.assign(clone(NodeProto, node), {
        input: node.input.map((name, index) => (index === decoder.input ? "x" : name)),
        output: ["y"],
      }),
    ],
    initializers: [...stored.values()].map(({ proto: t, bytes }) =>
      Object.assign(clone(TensorProto, t), { rawData: bytes, externalData: [], dataLocation: 0 }),
    ),
    inputs: [tensorValue("x", decoder.kind === "gather" ? "int64" : "float32", ["rows", "columns"])],
    outputs: [tensorValue("y", "float32", decoder.kind === "gather" ? ["", "", ""] : ["", ""])],
  });
  const { irVersion, opsetImport } = proto;
  const bytes = toBinary(ModelProto, create(ModelProto, { irVersion, opsetImport, graph: alone }));
  return { name: node.name, opType: node.opType, bytes, kind: decoder.kind, weights: decoder.weights(node, tensor) };
}
