/**
 * ONNX files are protobuf messages. A class per message (onnx.ts) says by a table like this where its properties are on the
 * wire; decode.ts and encode.ts follow it. What a table does not name is kept as it came.
 *
 * Our own because a general library takes longer to start than a small model takes to quantize. Its tests compare every
 * message with such a library.
 */

import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from "./wire.ts";

export type Scalar = "int64" | "uint64" | "int32" | "float" | "double" | "string" | "bytes";

/** The base of every message: fields that its class does not know. */
export abstract class Message {
  /** Fields that the class does not know: tag and content of each, as read. They are written after the known ones. */
  declare unknownFields?: Uint8Array[];
}

export interface MessageType<T extends Message = Message> {
  new (): T;
  /** Set by defineFields(). */
  table?: FieldTable;
}

/** Field number, type, and how often: once unless said, `packed` lists without a tag each (proto2 writes them only if told). */
type FieldSpec = readonly [number: number, type: Scalar | MessageType, count?: "repeated" | "packed"];

/** Fields that exclude each other: the property is `{case: name, value}`. */
interface OneOfSpec {
  readonly oneOf: Readonly<Record<string, FieldSpec>>;
}

export interface Field {
  readonly number: number;
  /** The property; inside a oneof, the case. */
  readonly name: string;
  /** Null where it holds a message. */
  readonly scalar: Scalar | null;
  /** How one of it is written. */
  readonly wireType: number;
  /** The value that a field has when it was not set. */
  readonly unset: unknown;
  readonly message: MessageType | null;
  readonly repeated: boolean;
  readonly packed: boolean;
  /** The property of the oneof that it belongs to. */
  readonly oneOf: string | null;
}

export interface FieldTable {
  /** By number, ascending: the order in which they are written. */
  readonly fields: readonly Field[];
  readonly byNumber: readonly (Field | undefined)[];
}

/** A property of a message, read and written by name. */
export type Properties = Record<string, unknown>;

/** The value of every list that was not set: one for all, never changed. */
const EMPTY_LIST: readonly unknown[] = Object.freeze([]);

const WIRE_TYPES: Readonly<Record<Scalar, number>> = Object.freeze({
  int64: VARINT,
  uint64: VARINT,
  int32: VARINT,
  float: FIXED32,
  double: FIXED64,
  string: LENGTH_DELIMITED,
  bytes: LENGTH_DELIMITED,
});

const DEFAULTS: Readonly<Record<Scalar, unknown>> = Object.freeze({
  int64: 0n,
  uint64: 0n,
  int32: 0,
  float: 0,
  double: 0,
  string: "",
  bytes: new Uint8Array(0),
});

/**
 * Gives a class its table. Scalars that are not set read as the type's zero, from the prototype: a set one is an own
 * property, and only those are written. Lists that a class does not give each message read as one empty list.
 */
export function defineFields<T extends Message>(
  type: MessageType<T>,
  specs: Readonly<Record<Exclude<keyof T, keyof Message>, FieldSpec | OneOfSpec>>,
): void {
  const fields: Field[] = [];
  for (const [name, spec] of Object.entries<FieldSpec | OneOfSpec>(specs)) {
    if ("oneOf" in spec) {
      for (const [each, inner] of Object.entries(spec.oneOf)) fields.push(field(each, inner, name));
      continue;
    }
    const one = field(name, spec, null);
    fields.push(one);
    if (one.unset !== undefined) (type.prototype as Properties)[name] = one.unset;
  }
  fields.sort((a, b) => a.number - b.number);
  const byNumber: (Field | undefined)[] = [];
  for (const each of fields) byNumber[each.number] = each;
  type.table = { fields, byNumber };
}

function field(name: string, [number, type, count]: FieldSpec, oneOf: string | null): Field {
  const scalar = typeof type === "string" ? type : null;
  const message = typeof type === "string" ? null : type;
  const repeated = count !== undefined;
  return {
    ...{ number, name, scalar, message, repeated, packed: count === "packed", oneOf },
    wireType: scalar ? WIRE_TYPES[scalar] : LENGTH_DELIMITED,
    unset: repeated ? EMPTY_LIST : scalar && !oneOf ? DEFAULTS[scalar] : undefined,
  };
}
