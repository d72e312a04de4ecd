/** Makes and copies ONNX messages, in the words of those who rewrite graphs. */
import {
  AttributeProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  StringStringEntryProto,
  TensorProto,
  TypeProto,
  ValueInfoProto,
} from "./proto/onnx.ts";
import { INT64 } from "./data-types.ts";
import { DATA_LOCATION, EXTERNAL_DATA, RAW_DATA } from "./skeleton.ts";
import { clearField, clone, create, isFieldSet } from "./proto/edit.ts";
import { type Gap, toBinary, toParts } from "./proto/encode.ts";

/** onnx.AttributeProto.AttributeType */
const FLOAT_ATTRIBUTE = 1;
const INT_ATTRIBUTE = 2;
const INTS_ATTRIBUTE = 7;
/** onnx.TensorProto.DataLocation.EXTERNAL */
export const EXTERNAL = 1;

/** A deep copy, unknown fields included. Cheap: the weights are references. */
export function cloneModel(model: ModelProto): ModelProto {
  return clone(ModelProto, model);
}

export function encodeModel(model: ModelProto): Uint8Array {
  return toBinary(ModelProto, model);
}

/**
 * Encodes a model whose tensors get their data later.
 * @returns what the file consists of, in order; the entries of `later` stand where their data goes
 */
export function encodeParts<D extends DataLater>(
  model: ModelProto,
  later: ReadonlyMap<TensorProto, D>,
): (Uint8Array | D)[] {
  return toParts(ModelProto, model, later);
}

/** Data of a tensor that is written when the graph has been: in place of what it holds or refers to. */
export type DataLater = Gap;

export function dataLater(bytes: number): DataLater {
  return { field: RAW_DATA, bytes, without: [EXTERNAL_DATA, DATA_LOCATION] };
}

export function intAttribute(name: string, value: number): AttributeProto {
  return create(AttributeProto, { name, type: INT_ATTRIBUTE, i: BigInt(value) });
}

export function intsAttribute(name: string, values: readonly number[]): AttributeProto {
  return create(AttributeProto, { name, type: INTS_ATTRIBUTE, ints: values.map(BigInt) });
}

export function floatAttribute(name: string, value: number): AttributeProto {
  return create(AttributeProto, { name, type: FLOAT_ATTRIBUTE, f: value });
}

/** A graph output of this element type, its shape left to inference. */
export function tensorOutput(name: string, elemType: number): ValueInfoProto {
  return create(ValueInfoProto, { name, type: { value: { case: "tensorType", value: { elemType } } } });
}

/** A graph output that is a list of tensors of this element type. */
export function sequenceOutput(name: string, elemType: number): ValueInfoProto {
  const tensor = create(TypeProto, { value: { case: "tensorType", value: { elemType } } });
  return create(ValueInfoProto, { name, type: { value: { case: "sequenceType", value: { elemType: tensor } } } });
}

/** A node of the standard operator set. */
export function makeNode(
  opType: string,
  name: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly AttributeProto[] = [],
): NodeProto {
  return create(NodeProto, { opType, name, input: [...input], output: [...output], attribute: [...attribute] });
}

/** A tensor whose bytes a TensorJob (write-model.ts) will deliver. */
export function promisedTensor(name: string, dataType: number, dims: readonly number[]): TensorProto {
  return create(TensorProto, { name, dataType, dims: dims.map(BigInt) });
}

/** A list of int64 with its values in it: shapes and axes. */
export function int64Tensor(name: string, values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return create(TensorProto, { name, dataType: INT64, dims: [BigInt(values.length)], rawData });
}

/** Sets the version of an operator domain, added where the model does not import it yet. */
export function importOpset(model: ModelProto, domain: string, version: number): void {
  const present = model.opsetImport.find((entry) => entry.domain === domain);
  if (present) present.version = BigInt(version);
  else model.opsetImport.push(create(OperatorSetIdProto, { domain, version: BigInt(version) }));
}

/** Sets an entry of the model's own metadata; ONNX Runtime shows it, and ignores it. */
export function setMetadata(model: ModelProto, key: string, value: string): void {
  const present = model.metadataProps.find((entry) => entry.key === key);
  if (present) present.value = value;
  else model.metadataProps.push(create(StringStringEntryProto, { key, value }));
}

/** Points a tensor to a byte range of a data file beside the model. Offset and length are the only keys written. */
export function setExternal(tensor: TensorProto, location: string, offset: number, length: number): void {
  const entries = { location, offset: String(offset), length: String(length) };
  tensor.externalData = Object.entries(entries).map(([key, value]) => create(StringStringEntryProto, { key, value }));
  tensor.dataLocation = EXTERNAL;
  clearField(tensor, "rawData");
}

/** Gives a tensor its bytes, in place of a reference to them. */
export function setInline(tensor: TensorProto, bytes: Uint8Array): void {
  tensor.externalData = [];
  clearField(tensor, "dataLocation");
  tensor.rawData = bytes;
}

/** Notes where a tensor's data is; what is returned puts that back. */
export function keepData(tensor: TensorProto): () => void {
  const { externalData } = tensor;
  const location = isFieldSet(tensor, "dataLocation") ? tensor.dataLocation : null;
  const raw = isFieldSet(tensor, "rawData") ? tensor.rawData : null;
  return () => {
    tensor.externalData = externalData;
    if (location === null) clearField(tensor, "dataLocation");
    else tensor.dataLocation = location;
    if (raw === null) clearField(tensor, "rawData");
    else tensor.rawData = raw;
  };
}
