import { EMPTY_LIST, type Field, type FieldTable, type Message, type MessageType, type Properties } from "./fields.ts";
import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT, WireError, WireReader } from "./wire.ts";

/** Messages inside messages: a broken file must not end in a stack overflow. */
const DEPTH_LIMIT = 256;

/**
 * Reads a message. Byte strings in it are views of `bytes`.
 * @throws WireError
 */
export function fromBinary<T extends Message>(type: MessageType<T>, bytes: Uint8Array): T {
  const message = new type();
  readMessage(new WireReader(bytes), bytes.length, message, type.table!, 0);
  return message;
}

function readMessage(reader: WireReader, end: number, message: Message, table: FieldTable, depth: number): void {
  if (depth > DEPTH_LIMIT) throw new WireError(`messages are nested more than ${DEPTH_LIMIT} deep`);
  while (reader.at < end) {
    const start = reader.at;
    const tag = reader.tag(end);
    const wireType = tag % 8;
    const field = table.byNumber[Math.floor(tag / 8)];
    if (field && readField(reader, end, message as unknown as Properties, field, wireType, depth)) continue;
    reader.skip(wireType, end);
    (message.unknownFields ??= []).push(reader.since(start));
  }
}

/** False where the wire holds something else than the field's type: it is left as unknown. */
function readField(
  reader: WireReader,
  end: number,
  into: Properties,
  field: Field,
  wireType: number,
  depth: number,
): boolean {
  const { name, scalar, message, repeated, oneOf } = field;
  const expected = scalar ? WIRE_TYPES[scalar] : LENGTH_DELIMITED;
  if (wireType !== expected) {
    if (wireType !== LENGTH_DELIMITED || !repeated || !scalar) return false;
    const listEnd = reader.delimited(end);
    const list = listOf(into, name);
    while (reader.at < listEnd) list.push(SCALARS[scalar](reader, listEnd));
    return true;
  }
  if (!message) {
    const value = SCALARS[scalar!](reader, end);
    if (repeated) listOf(into, name).push(value);
    else if (oneOf) into[oneOf] = { case: name, value };
    else into[name] = value;
    return true;
  }
  const bodyEnd = reader.delimited(end);
  const inner = repeated ? new message() : (present(into, field) ?? new message());
  if (repeated) listOf(into, name).push(inner);
  else if (oneOf) into[oneOf] = { case: name, value: inner };
  else into[name] = inner;
  readMessage(reader, bodyEnd, inner, message.table!, depth + 1);
  return true;
}

function listOf(into: Properties, name: string): unknown[] {
  const list = into[name];
  return list === EMPTY_LIST ? (into[name] = []) : (list as unknown[]);
}

/** A message that comes twice is one, by protobuf's rule. */
function present(from: Properties, { name, oneOf }: Field): Message | undefined {
  if (!oneOf) return from[name] as Message | undefined;
  const choice = from[oneOf] as { case?: string; value?: unknown };
  return choice.case === name ? (choice.value as Message) : undefined;
}

const WIRE_TYPES = Object.freeze({
  int64: VARINT,
  uint64: VARINT,
  int32: VARINT,
  float: FIXED32,
  double: FIXED64,
  string: LENGTH_DELIMITED,
  bytes: LENGTH_DELIMITED,
});

const SCALARS = Object.freeze({
  int64: (reader: WireReader, end: number) => BigInt.asIntN(64, reader.bigint(end)),
  uint64: (reader: WireReader, end: number) => BigInt.asUintN(64, reader.bigint(end)),
  int32: (reader: WireReader, end: number) => reader.int32(end),
  float: (reader: WireReader, end: number) => reader.bytes.readFloatLE(reader.fixed(4, end)),
  double: (reader: WireReader, end: number) => reader.bytes.readDoubleLE(reader.fixed(8, end)),
  string(reader: WireReader, end: number) {
    const stop = reader.delimited(end);
    const text = reader.bytes.toString("utf8", reader.at, stop);
    reader.at = stop;
    return text;
  },
  bytes(reader: WireReader, end: number) {
    const stop = reader.delimited(end);
    const start = reader.at;
    reader.at = stop;
    return reader.since(start);
  },
});
