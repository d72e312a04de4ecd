/** Small ONNX models for the tests, made with the protobuf library and written to a folder that is removed afterwards. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "#core/onnx/proto/edit.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from "#core/onnx/proto/onnx.ts";

/** A folder for one test file; remove it in `afterAll`. */
export function temporaryFolder(): { path: string; file: (name: string) => string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "quantscope-test-"));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export function floats(name: string, dims: readonly number[], values?: readonly number[]): TensorProto {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const data = Float32Array.from(values ?? Array.from({ length: count }, (_, i) => Math.sin(i + name.length)));
  return rawTensor(name, 1, dims, new Uint8Array(data.buffer));
}

export function rawTensor(name: string, dataType: number, dims: readonly number[], rawData: Uint8Array): TensorProto {
  return create(TensorProto, { name, dataType, dims: dims.map(BigInt), rawData });
}

export function node(opType: string, input: string[], output: string[], attribute: AttributeProto[] = []): NodeProto {
  return create(NodeProto, { opType, input, output, name: `/${output[0] ?? opType}`, attribute });
}

export const ints = (name: string, values: readonly number[]): AttributeProto =>
  create(AttributeProto, { name, type: 7, ints: values.map(BigInt) });
export const int = (name: string, value: number): AttributeProto =>
  create(AttributeProto, { name, type: 2, i: BigInt(value) });
export const tensorAttribute = (name: string, t: TensorProto): AttributeProto =>
  create(AttributeProto, { name, type: 4, t });
export const graphAttribute = (name: string, g: GraphProto): AttributeProto =>
  create(AttributeProto, { name, type: 5, g });

export function value(name: string, dims?: readonly number[]): ValueInfoProto {
  const shape = { dim: (dims ?? []).map((dim) => ({ value: { case: "dimValue" as const, value: BigInt(dim) } })) };
  return create(ValueInfoProto, {
    name,
    type: { value: { case: "tensorType", value: dims ? { elemType: 1, shape } : { elemType: 1 } } },
  });
}

export interface GraphParts {
  readonly nodes: NodeProto[];
  readonly initializers?: TensorProto[];
  readonly inputs?: ValueInfoProto[];
  readonly outputs?: ValueInfoProto[];
  readonly values?: ValueInfoProto[];
}

export function graph({ nodes, initializers = [], inputs = [], outputs = [], values = [] }: GraphParts): GraphProto {
  return create(GraphProto, {
    name: "g",
    node: nodes,
    initializer: initializers,
    input: inputs,
    output: outputs,
    valueInfo: values,
  });
}

export function model(parts: GraphParts | GraphProto): ModelProto {
  const body = parts instanceof GraphProto ? parts : graph(parts);
  return create(ModelProto, { irVersion: 8n, opsetImport: [{ domain: "", version: 18n }], graph: body });
}

export function save(proto: ModelProto, path: string): string {
  writeFileSync(path, toBinary(ModelProto, proto));
  return path;
}

/** A field that no message class knows, with these bytes as its content. */
export function unknownField(no: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(no, WireType.LengthDelimited).bytes(content).finish();
}
