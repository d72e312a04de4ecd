import type { Field, FieldTable, Message, MessageType, Properties, Scalar } from "./fields.ts";
import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from "./wire.ts";

/** Below it a bigint is exact as a number and fits seven bytes. */
const SMALL = 1n << 49n;
const FIRST_BYTES = 1 << 16;

/** Writes a message: known fields by number, then the unknown ones. */
export function toBinary<T extends Message>(type: MessageType<T>, message: T): Uint8Array {
  const writer = new BackWriter();
  writeMessage(writer, message, type.table!);
  return writer.finish();
}

/** From the last byte to the first: a message's length is known when it is written, and needs no pass of its own. */
class BackWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #start = FIRST_BYTES;

  get length(): number {
    return this.#bytes.length - this.#start;
  }

  finish(): Uint8Array {
    const { buffer, byteOffset } = this.#bytes;
    return new Uint8Array(buffer, byteOffset + this.#start, this.length);
  }

  /** Takes so many bytes in front of what is there. */
  take(count: number): { bytes: Buffer; at: number } {
    if (count > this.#start) this.#grow(count);
    this.#start -= count;
    return { bytes: this.#bytes, at: this.#start };
  }

  varint(value: number): void {
    let count = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) count++;
    const { bytes, at } = this.take(count);
    let rest = value;
    for (let index = 0; index < count - 1; index++) {
      bytes[at + index] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    bytes[at + count - 1] = rest;
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
    const { bytes, at } = this.take(groups.length);
    bytes.set(groups, at);
  }

  /** @returns its length in bytes */
  text(value: string): number {
    const { length } = value;
    const { bytes, at } = this.take(length);
    // Names are ASCII and short: a loop has written one before Buffer has looked at its arguments.
    let index = 0;
    for (; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) break;
      bytes[at + index] = code;
    }
    if (index === length) return length;
    this.#start += length;
    const encoded = Buffer.from(value);
    this.raw(encoded);
    return encoded.length;
  }

  raw(content: Uint8Array): void {
    const { bytes, at } = this.take(content.length);
    bytes.set(content, at);
  }

  #grow(count: number): void {
    const used = this.length;
    const larger = Buffer.allocUnsafe(2 * (used + count));
    larger.set(this.finish(), larger.length - used);
    this.#bytes = larger;
    this.#start = larger.length - used;
  }
}

function writeMessage(writer: BackWriter, message: Message, { fields }: FieldTable): void {
  const { unknownFields } = message;
  if (unknownFields) for (let index = unknownFields.length - 1; index >= 0; index--) writer.raw(unknownFields[index]!);
  for (let index = fields.length - 1; index >= 0; index--) {
    writeField(writer, message as unknown as Properties, fields[index]!);
  }
}

function writeField(writer: BackWriter, from: Properties, field: Field): void {
  const { name, number, scalar, repeated, packed, oneOf } = field;
  if (repeated) {
    const list = from[name] as readonly unknown[];
    if (list.length === 0) return;
    const after = writer.length;
    for (let index = list.length - 1; index >= 0; index--) {
      if (packed) SCALARS[scalar!].write(writer, list[index] as never);
      else writeOne(writer, field, list[index]);
    }
    if (packed) {
      writer.varint(writer.length - after);
      writer.varint(number * 8 + LENGTH_DELIMITED);
    }
    return;
  }
  if (oneOf) {
    const choice = from[oneOf] as { case?: string; value?: unknown };
    if (choice.case === name) writeOne(writer, field, choice.value);
    return;
  }
  // A default comes from the prototype and is not written.
  if (Object.hasOwn(from, name) && from[name] !== undefined) writeOne(writer, field, from[name]);
}

function writeOne(writer: BackWriter, { number, scalar, message }: Field, value: unknown): void {
  if (scalar) {
    SCALARS[scalar].write(writer, value as never);
    writer.varint(number * 8 + SCALARS[scalar].wireType);
    return;
  }
  const after = writer.length;
  writeMessage(writer, value as Message, message!.table!);
  writer.varint(writer.length - after);
  writer.varint(number * 8 + LENGTH_DELIMITED);
}

interface ScalarWriter<T> {
  readonly wireType: number;
  write(writer: BackWriter, value: T): void;
}

const bigint: ScalarWriter<bigint> = {
  wireType: VARINT,
  write: (writer, value) => {
    writer.bigint(value);
  },
};

const SCALARS = Object.freeze({
  int64: bigint,
  uint64: bigint,
  int32: {
    wireType: VARINT,
    write: (writer: BackWriter, value: number) => {
      if (value >= 0) writer.varint(value);
      else writer.bigint(BigInt(value));
    },
  },
  float: {
    wireType: FIXED32,
    write: (writer: BackWriter, value: number) => {
      const { bytes, at } = writer.take(4);
      bytes.writeFloatLE(value, at);
    },
  },
  double: {
    wireType: FIXED64,
    write: (writer: BackWriter, value: number) => {
      const { bytes, at } = writer.take(8);
      bytes.writeDoubleLE(value, at);
    },
  },
  string: {
    wireType: LENGTH_DELIMITED,
    write: (writer: BackWriter, value: string) => {
      writer.varint(writer.text(value));
    },
  },
  bytes: {
    wireType: LENGTH_DELIMITED,
    write: (writer: BackWriter, value: Uint8Array) => {
      writer.raw(value);
      writer.varint(value.length);
    },
  },
}) satisfies Readonly<Record<Scalar, unknown>>;
