import type { Field, FieldTable, Message, MessageType, Properties, Scalar } from "./fields.ts";
import { LENGTH_DELIMITED } from "./wire.ts";

/** Below it a bigint is exact as a number and fits seven bytes. */
const SMALL = 1n << 49n;
const FIRST_BYTES = 1 << 16;

/** Writes a message: known fields by number, then the unknown ones. */
export function toBinary<T extends Message>(type: MessageType<T>, message: T): Uint8Array {
  const writer = new BackWriter();
  writeMessage(writer, message, type.table!);
  return writer.stored();
}

/** Content that comes later: `bytes` of a message's field `field`, whose fields `without` are left out. */
export interface Gap {
  readonly field: number;
  readonly bytes: number;
  readonly without: readonly number[];
}

/**
 * Writes a message of which some content comes later.
 * @param gaps by message, at any depth
 * @returns what the message consists of, in order
 */
export function toParts<T extends Message, G extends Gap>(
  type: MessageType<T>,
  message: T,
  gaps: ReadonlyMap<Message, G>,
): (Uint8Array | G)[] {
  const writer = new BackWriter();
  writer.gaps = gaps;
  writeMessage(writer, message, type.table!);
  const bytes = writer.stored();
  const parts: (Uint8Array | G)[] = [];
  let done = 0;
  for (const { gap, after } of writer.left.reverse()) {
    const end = bytes.length - after;
    if (end > done) parts.push(bytes.subarray(done, end));
    parts.push(gap as G);
    done = end;
  }
  if (bytes.length > done) parts.push(bytes.subarray(done));
  return parts;
}

/** From the last byte to the first: a message's length is known when it is written, and needs no pass of its own. */
class BackWriter {
  bytes = Buffer.allocUnsafe(FIRST_BYTES);
  /** Index of the first byte that is written. */
  start = FIRST_BYTES;
  gaps: ReadonlyMap<Message, Gap> | null = null;
  /** Gaps that were left, the last in the file first, with the number of stored bytes after each. */
  left: { readonly gap: Gap; readonly after: number }[] = [];
  /** Bytes of all gaps. */
  later = 0;

  /** Gaps included. */
  get length(): number {
    return this.bytes.length - this.start + this.later;
  }

  stored(): Uint8Array {
    const { buffer, byteOffset, length } = this.bytes;
    return new Uint8Array(buffer, byteOffset + this.start, length - this.start);
  }

  leave(gap: Gap): void {
    this.left.push({ gap, after: this.bytes.length - this.start });
    this.later += gap.bytes;
  }

  /** Takes so many bytes in front of what is there; they begin at `start`. */
  take(count: number): void {
    if (count > this.start) this.grow(count);
    this.start -= count;
  }

  varint(value: number): void {
    if (value < 128) {
      this.take(1);
      this.bytes[this.start] = value;
      return;
    }
    let count = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) count++;
    this.take(count);
    let rest = value;
    for (let index = 0; index < count - 1; index++) {
      this.bytes[this.start + index] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.start + count - 1] = rest;
  }

  /** @param value of 64 bits; negative ones take all of them */
  bigint(value: bigint): void {
    if (value >= 0n && value < SMALL) {
      this.varint(Number(value));
      return;
    }
    const groups: number[] = [];
    let rest = BigInt.asUintN(64, value);
    for (; rest >= 128n; rest >>= 7n) groups.push(Number(rest & 0x7fn) | 0x80);
    groups.push(Number(rest));
    this.raw(groups);
  }

  /** @returns its length in bytes */
  text(value: string): number {
    const { length } = value;
    this.take(length);
    const { bytes, start } = this;
    // Names are ASCII and short: a loop has written one before Buffer has looked at its arguments.
    let index = 0;
    for (; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) break;
      bytes[start + index] = code;
    }
    if (index === length) return length;
    this.start += length;
    const encoded = Buffer.from(value);
    this.raw(encoded);
    return encoded.length;
  }

  raw(content: ArrayLike<number>): void {
    this.take(content.length);
    this.bytes.set(content, this.start);
  }

  grow(count: number): void {
    const stored = this.stored();
    const larger = Buffer.allocUnsafe(2 * (stored.length + count));
    this.start = larger.length - stored.length;
    larger.set(stored, this.start);
    this.bytes = larger;
  }
}

function writeMessage(writer: BackWriter, message: Message, { fields }: FieldTable): void {
  const { unknownFields } = message;
  if (unknownFields) for (let index = unknownFields.length - 1; index >= 0; index--) writer.raw(unknownFields[index]!);
  const gap = writer.gaps?.get(message);
  for (let index = fields.length - 1; index >= 0; index--) {
    const field = fields[index]!;
    if (!gap || !writeGap(writer, gap, field.number)) writeField(writer, message as unknown as Properties, field);
  }
}

/** False for a field that is written as it is. */
function writeGap(writer: BackWriter, gap: Gap, number: number): boolean {
  if (number !== gap.field) return gap.without.includes(number);
  writer.leave(gap);
  writer.varint(gap.bytes);
  writer.varint(number * 8 + LENGTH_DELIMITED);
  return true;
}

function writeField(writer: BackWriter, from: Properties, field: Field): void {
  const { name, oneOf } = field;
  if (oneOf) {
    const choice = from[oneOf] as { case?: string; value?: unknown };
    if (choice.case === name) writeOne(writer, field, choice.value);
    return;
  }
  const value = from[name];
  if (value === undefined) return;
  if (field.repeated) {
    if ((value as readonly unknown[]).length > 0) writeList(writer, value as readonly unknown[], field);
    return;
  }
  // A default comes from the prototype and is not written, unless somebody set it.
  if (value === field.unset && !Object.hasOwn(from, name)) return;
  writeOne(writer, field, value);
}

function writeList(writer: BackWriter, list: readonly unknown[], field: Field): void {
  const { number, scalar, packed } = field;
  const after = writer.length;
  for (let index = list.length - 1; index >= 0; index--) {
    if (packed) SCALARS[scalar!](writer, list[index] as never);
    else writeOne(writer, field, list[index]);
  }
  if (!packed) return;
  writer.varint(writer.length - after);
  writer.varint(number * 8 + LENGTH_DELIMITED);
}

function writeOne(writer: BackWriter, { number, scalar, wireType, message }: Field, value: unknown): void {
  if (scalar) {
    SCALARS[scalar](writer, value as never);
    writer.varint(number * 8 + wireType);
    return;
  }
  const after = writer.length;
  writeMessage(writer, value as Message, message!.table!);
  writer.varint(writer.length - after);
  writer.varint(number * 8 + LENGTH_DELIMITED);
}

const bigint = (writer: BackWriter, value: bigint): void => {
  writer.bigint(value);
};

const SCALARS = Object.freeze({
  int64: bigint,
  uint64: bigint,
  int32: (writer: BackWriter, value: number) => {
    if (value >= 0) writer.varint(value);
    else writer.bigint(BigInt(value));
  },
  float: (writer: BackWriter, value: number) => {
    writer.take(4);
    writer.bytes.writeFloatLE(value, writer.start);
  },
  double: (writer: BackWriter, value: number) => {
    writer.take(8);
    writer.bytes.writeDoubleLE(value, writer.start);
  },
  string: (writer: BackWriter, value: string) => {
    writer.varint(writer.text(value));
  },
  bytes: (writer: BackWriter, value: Uint8Array) => {
    writer.raw(value);
    writer.varint(value.length);
  },
}) satisfies Readonly<Record<Scalar, unknown>>;
