import type { Field, FieldTable, Message, MessageType, Properties } from "./fields.ts";
import { LENGTH_DELIMITED, WireError, WireReader } from "./wire.ts";

/** Messages inside messages: a broken file must not end in a stack overflow. */
const DEPTH_LIMIT = 256;

/**
 * Reads a message. Byte strings in it are views of `bytes`.
 * @throws WireError
 */
export function fromBinary<T extends Message>(type: MessageType<T>, bytes: Uint8Array): T {
  const message = new type();
  // Drops what a broken file left.
  elements.length = 0;
  readMessage(new WireReader(bytes), bytes.length, message, type.table!, 0);
  return message;
}

function readMessage(reader: WireReader, end: number, message: Message, table: FieldTable, depth: number): void {
  if (depth > DEPTH_LIMIT) throw new WireError(`messages are nested more than ${DEPTH_LIMIT} deep`);
  while (reader.at < end) {
    const start = reader.at;
    const tag = reader.tag(end);
    const wireType = tag & 7;
    const field = table.byNumber[tag >>> 3];
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
  if (field.repeated) return readList(reader, end, into, field, wireType, depth);
  const { name, scalar, message, oneOf } = field;
  if (wireType !== field.wireType) return false;
  if (!message) {
    const value = SCALARS[scalar!](reader, end);
    if (oneOf) into[oneOf] = { case: name, value };
    else into[name] = value;
    return true;
  }
  const bodyEnd = reader.delimited(end);
  const inner = present(into, field) ?? new message();
  if (oneOf) into[oneOf] = { case: name, value: inner };
  else into[name] = inner;
  readMessage(reader, bodyEnd, inner, message.table!, depth + 1);
  return true;
}

/** Elements of the lists that are being read, those of inner messages after those of outer ones. */
const elements: unknown[] = [];

/** One element and those that follow it, or a packed list. As readField. */
function readList(
  reader: WireReader,
  end: number,
  into: Properties,
  field: Field,
  wireType: number,
  depth: number,
): boolean {
  const { name, scalar, message } = field;
  const first = elements.length;
  if (wireType !== field.wireType) {
    if (wireType !== LENGTH_DELIMITED || !scalar) return false;
    const listEnd = reader.delimited(end);
    while (reader.at < listEnd) elements.push(SCALARS[scalar](reader, listEnd));
  } else {
    const tag = field.number * 8 + wireType;
    do {
      if (message) {
        const inner = new message();
        readMessage(reader, reader.delimited(end), inner, message.table!, depth + 1);
        elements.push(inner);
      } else elements.push(SCALARS[scalar!](reader, end));
    } while (reader.passes(tag, end));
  }
  const list = into[name] as unknown[];
  // A list that grows by push() has room for 17 from the first on, which thousands of nodes would not use.
  if (list.length === 0) into[name] = elements.slice(first);
  else for (let index = first; index < elements.length; index++) list.push(elements[index]);
  elements.length = first;
  return true;
}

/** A message that comes twice is one, by protobuf's rule. */
function present(from: Properties, { name, oneOf }: Field): Message | undefined {
  if (!oneOf) return from[name] as Message | undefined;
  const choice = from[oneOf] as { case?: string; value?: unknown };
  return choice.case === name ? (choice.value as Message) : undefined;
}

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
