/** Wire types of protobuf, and reading what is written in them. */

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** Field numbers have 29 bits. */
export const LARGEST_TAG = 2 ** 32 - 1;
/** So many bytes of seven bits are exact in a double. */
const EXACT_BYTES = 7;
const LONGEST_BYTES = 10;

/** The wire format is broken; the caller adds the file's name. */
export class WireError extends Error {}

export class WireReader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Field number times 8 plus wire type. */
  tag(end: number): number {
    const start = this.at;
    const tag = this.number(end);
    if (tag < 8 || tag > LARGEST_TAG) throw new WireError(`no field number at byte ${start}`);
    return tag;
  }

  /** Steps over a tag of one byte if it is this one. */
  passes(tag: number, end: number): boolean {
    if (this.at >= end || this.bytes[this.at] !== tag || tag > 0x7f) return false;
    this.at++;
    return true;
  }

  /** Where a length-delimited value ends; the reader stands at its start. */
  delimited(end: number): number {
    const start = this.at;
    const length = this.number(end);
    if (length > end - this.at) {
      throw new WireError(`a field at byte ${start} claims ${length} bytes where ${end - this.at} are left`);
    }
    return this.at + length;
  }

  /** A varint as a number, for tags and lengths. */
  number(end: number): number {
    // Nearly all have one byte.
    if (this.at < end && this.bytes[this.at]! < 0x80) return this.bytes[this.at++]!;
    let value = 0;
    let scale = 1;
    for (let count = 0; count < EXACT_BYTES; count++) {
      const byte = nextByte(this, end);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new WireError(`a length or field number of more than ${EXACT_BYTES} bytes at byte ${this.at - EXACT_BYTES}`);
  }

  /** A varint with all of its bits. */
  bigint(end: number): bigint {
    let low = 0;
    let scale = 1;
    for (let count = 0; count < EXACT_BYTES; count++) {
      const byte = nextByte(this, end);
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low);
      scale *= 128;
    }
    let value = BigInt(low);
    for (let count = EXACT_BYTES; count < LONGEST_BYTES; count++) {
      const byte = nextByte(this, end);
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return value;
    }
    throw tooLong(this.at);
  }

  /** The low 32 bits of a varint, signed. */
  int32(end: number): number {
    let value = 0;
    for (let count = 0; count < LONGEST_BYTES; count++) {
      const byte = nextByte(this, end);
      if (count < 5) value |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) return value;
    }
    throw tooLong(this.at);
  }

  skip(wireType: number, end: number): void {
    if (wireType === VARINT) this.int32(end);
    else if (wireType === FIXED64) this.fixed(8, end);
    else if (wireType === LENGTH_DELIMITED) this.at = this.delimited(end);
    else if (wireType === FIXED32) this.fixed(4, end);
    else throw new WireError(`wire type ${wireType} at byte ${this.at}`);
  }

  /** A view of what was read since `start`. */
  since(start: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, this.at - start);
  }

  /** Steps over a number of fixed size and says where it was. */
  fixed(size: number, end: number): number {
    const start = this.at;
    if (size > end - start) throw new WireError(`a number runs over the end of its message at byte ${end}`);
    this.at += size;
    return start;
  }
}

function nextByte(reader: WireReader, end: number): number {
  if (reader.at >= end) throw new WireError(`a number runs over the end of its message at byte ${end}`);
  return reader.bytes[reader.at++]!;
}

function tooLong(at: number): WireError {
  return new WireError(`a number of more than ${LONGEST_BYTES} bytes at byte ${at - LONGEST_BYTES}`);
}
