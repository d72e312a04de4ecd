/** ONNX tensor element types by number (onnx.TensorProto.DataType), with their size in bits. */
export const DATA_TYPES = Object.freeze({
  1: { name: "float32", bits: 32 },
  2: { name: "uint8", bits: 8 },
  3: { name: "int8", bits: 8 },
  4: { name: "uint16", bits: 16 },
  5: { name: "int16", bits: 16 },
  6: { name: "int32", bits: 32 },
  7: { name: "int64", bits: 64 },
  8: { name: "string", bits: 0 },
  9: { name: "bool", bits: 8 },
  10: { name: "float16", bits: 16 },
  11: { name: "float64", bits: 64 },
  12: { name: "uint32", bits: 32 },
  13: { name: "uint64", bits: 64 },
  14: { name: "complex64", bits: 64 },
  15: { name: "complex128", bits: 128 },
  16: { name: "bfloat16", bits: 16 },
  17: { name: "float8e4m3fn", bits: 8 },
  18: { name: "float8e4m3fnuz", bits: 8 },
  19: { name: "float8e5m2", bits: 8 },
  20: { name: "float8e5m2fnuz", bits: 8 },
  21: { name: "uint4", bits: 4 },
  22: { name: "int4", bits: 4 },
  23: { name: "float4e2m1", bits: 4 },
  24: { name: "float8e8m0", bits: 8 },
  25: { name: "uint2", bits: 2 },
  26: { name: "int2", bits: 2 },
} as const);

export type DataTypeName = (typeof DATA_TYPES)[keyof typeof DATA_TYPES]["name"];

/** Numbers of the types that code names. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT64 = 7;
export const FLOAT16 = 10;
export const FLOAT64 = 11;
export const BFLOAT16 = 16;
export const UINT4 = 21;
export const INT4 = 22;

/** The type with this number; null for one that this version does not know. */
export function dataType(number: number): { name: DataTypeName; bits: number } | null {
  return (DATA_TYPES as Record<number, { name: DataTypeName; bits: number } | undefined>)[number] ?? null;
}

/** The number of a type by its name. */
export function typeNumber(name: DataTypeName): number {
  return Number(Object.entries(DATA_TYPES).find(([, type]) => type.name === name)![0]);
}
