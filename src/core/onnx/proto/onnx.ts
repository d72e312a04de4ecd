/**
 * The part of ONNX's wire format that Quantscope reads and writes, by field numbers of the ONNX specification
 * (https://onnx.ai/onnx/repo-docs/IR.html, IR version 14). Scalars that are not set read as zero, "" or no bytes. The lists
 * that nearly every attribute and tensor lacks are readonly: thousands of empty ones would cost more than all the rest.
 */
import { defineFields, Message } from "./fields.ts";

export class ModelProto extends Message {
  declare irVersion: bigint;
  declare producerName: string;
  declare producerVersion: string;
  declare domain: string;
  declare modelVersion: bigint;
  declare docString: string;
  declare graph?: GraphProto | undefined;
  opsetImport: OperatorSetIdProto[] = [];
  metadataProps: StringStringEntryProto[] = [];
  functions: FunctionProto[] = [];
}

export class OperatorSetIdProto extends Message {
  declare domain: string;
  declare version: bigint;
}

export class StringStringEntryProto extends Message {
  declare key: string;
  declare value: string;
}

export class GraphProto extends Message {
  node: NodeProto[] = [];
  declare name: string;
  initializer: TensorProto[] = [];
  declare docString: string;
  input: ValueInfoProto[] = [];
  output: ValueInfoProto[] = [];
  valueInfo: ValueInfoProto[] = [];
}

export class FunctionProto extends Message {
  declare name: string;
  input: string[] = [];
  output: string[] = [];
  node: NodeProto[] = [];
  opsetImport: OperatorSetIdProto[] = [];
  declare domain: string;
}

export class NodeProto extends Message {
  input: string[] = [];
  output: string[] = [];
  declare name: string;
  declare opType: string;
  attribute: AttributeProto[] = [];
  declare docString: string;
  declare domain: string;
}

export class AttributeProto extends Message {
  declare name: string;
  declare f: number;
  declare i: bigint;
  declare s: Uint8Array;
  declare t?: TensorProto | undefined;
  declare g?: GraphProto | undefined;
  declare floats: readonly number[];
  declare ints: readonly bigint[];
  declare strings: readonly Uint8Array[];
  declare tensors: readonly TensorProto[];
  declare graphs: readonly GraphProto[];
  declare type: number;
}

export class TensorProto extends Message {
  dims: bigint[] = [];
  declare dataType: number;
  declare floatData: readonly number[];
  declare int32Data: readonly number[];
  declare stringData: readonly Uint8Array[];
  declare int64Data: readonly bigint[];
  declare name: string;
  declare rawData: Uint8Array;
  declare doubleData: readonly number[];
  declare uint64Data: readonly bigint[];
  declare docString: string;
  declare externalData: readonly StringStringEntryProto[];
  declare dataLocation: number;
}

export class ValueInfoProto extends Message {
  declare name: string;
  declare type?: TypeProto | undefined;
}

interface Unset {
  case: undefined;
  value?: undefined;
}

export class TypeProto extends Message {
  value: { case: "tensorType"; value: TypeTensor } | { case: "sequenceType"; value: TypeSequence } | Unset = {
    case: undefined,
  };
}

/** TypeProto.Tensor */
class TypeTensor extends Message {
  declare elemType: number;
  declare shape?: TensorShapeProto | undefined;
}

/** TypeProto.Sequence */
export class TypeSequence extends Message {
  declare elemType?: TypeProto | undefined;
}

export class TensorShapeProto extends Message {
  dim: Dimension[] = [];
}

/** TensorShapeProto.Dimension: a size, or the name of a free one. */
export class Dimension extends Message {
  value: { case: "dimValue"; value: bigint } | { case: "dimParam"; value: string } | Unset = { case: undefined };
}

defineFields(ModelProto, {
  irVersion: [1, "int64"],
  producerName: [2, "string"],
  producerVersion: [3, "string"],
  domain: [4, "string"],
  modelVersion: [5, "int64"],
  docString: [6, "string"],
  graph: [7, GraphProto],
  opsetImport: [8, OperatorSetIdProto, "repeated"],
  metadataProps: [14, StringStringEntryProto, "repeated"],
  functions: [25, FunctionProto, "repeated"],
});

defineFields(OperatorSetIdProto, { domain: [1, "string"], version: [2, "int64"] });

defineFields(StringStringEntryProto, { key: [1, "string"], value: [2, "string"] });

defineFields(GraphProto, {
  node: [1, NodeProto, "repeated"],
  name: [2, "string"],
  initializer: [5, TensorProto, "repeated"],
  docString: [10, "string"],
  input: [11, ValueInfoProto, "repeated"],
  output: [12, ValueInfoProto, "repeated"],
  valueInfo: [13, ValueInfoProto, "repeated"],
});

defineFields(FunctionProto, {
  name: [1, "string"],
  input: [4, "string", "repeated"],
  output: [5, "string", "repeated"],
  node: [7, NodeProto, "repeated"],
  opsetImport: [9, OperatorSetIdProto, "repeated"],
  domain: [10, "string"],
});

defineFields(NodeProto, {
  input: [1, "string", "repeated"],
  output: [2, "string", "repeated"],
  name: [3, "string"],
  opType: [4, "string"],
  attribute: [5, AttributeProto, "repeated"],
  docString: [6, "string"],
  domain: [7, "string"],
});

defineFields(AttributeProto, {
  name: [1, "string"],
  f: [2, "float"],
  i: [3, "int64"],
  s: [4, "bytes"],
  t: [5, TensorProto],
  g: [6, GraphProto],
  floats: [7, "float", "repeated"],
  ints: [8, "int64", "repeated"],
  strings: [9, "bytes", "repeated"],
  tensors: [10, TensorProto, "repeated"],
  graphs: [11, GraphProto, "repeated"],
  type: [20, "int32"],
});

defineFields(TensorProto, {
  dims: [1, "int64", "repeated"],
  dataType: [2, "int32"],
  floatData: [4, "float", "packed"],
  int32Data: [5, "int32", "packed"],
  stringData: [6, "bytes", "repeated"],
  int64Data: [7, "int64", "packed"],
  name: [8, "string"],
  rawData: [9, "bytes"],
  doubleData: [10, "double", "packed"],
  uint64Data: [11, "uint64", "packed"],
  docString: [12, "string"],
  externalData: [13, StringStringEntryProto, "repeated"],
  dataLocation: [14, "int32"],
});

defineFields(ValueInfoProto, { name: [1, "string"], type: [2, TypeProto] });

defineFields(TypeProto, { value: { oneOf: { tensorType: [1, TypeTensor], sequenceType: [4, TypeSequence] } } });

defineFields(TypeTensor, { elemType: [1, "int32"], shape: [2, TensorShapeProto] });

defineFields(TypeSequence, { elemType: [1, TypeProto] });

defineFields(TensorShapeProto, { dim: [1, Dimension, "repeated"] });

defineFields(Dimension, { value: { oneOf: { dimValue: [1, "int64"], dimParam: [2, "string"] } } });
