/**
 * Reads an ONNX file without its weights. The protobuf is walked on the wire level; every large `raw_data` (or packed
 * `float_data`, which has the same bytes) is left where it is and becomes an external reference to its own byte range in
 * the .onnx file. So a model of any size is a few megabytes in memory, and one kind of reference describes all weights:
 * `{location, offset, length}`, whether the exporter put them inside the file or beside it.
 */
import type { FileWindow } from "./file-window.ts";
import { FIXED32, FIXED64, LARGEST_TAG, LENGTH_DELIMITED, VARINT, WireError } from "./proto/wire.ts";

/** Tensors up to this size stay in the skeleton: shapes, axes and scalars that graph code wants to read. */
export const INLINE_LIMIT_BYTES = 1024;
/** Without weights even the largest models are a few megabytes; more is a broken or hostile file. */
const SKELETON_LIMIT_BYTES = 1 << 29;
const DEPTH_LIMIT = 64;

type MessageKind = "model" | "graph" | "function" | "node" | "attribute" | "tensor";

/**
 * The fields through which a tensor can be reached, by ONNX's field numbers. Sparse tensors are not among them: onnx.proto
 * here does not know them, so a reference inside one could never be pointed elsewhere by the writer. They stay whole.
 */
const NESTED: Record<MessageKind, Readonly<Record<number, MessageKind>>> = {
  model: { 7: "graph", 25: "function" },
  graph: { 1: "node", 5: "tensor" },
  function: { 7: "node" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph" },
  tensor: {},
};
const FLOAT_DATA = 4;
export const RAW_DATA = 9;
export const EXTERNAL_DATA = 13;
export const DATA_LOCATION = 14;
const EXTERNAL = 1;

/**
 * @param file the .onnx file
 * @param location the name under which the file's own bytes are referenced (its base name)
 * @returns a ModelProto in wire format
 */
export function readSkeleton(file: FileWindow, location: string): Uint8Array {
  const walker = new Walker(file, location);
  const sink = new ByteSink();
  walker.message("model", 0, file.size, sink, 0);
  return sink.toBytes();
}

class Walker {
  readonly #file: FileWindow;
  readonly #location: string;
  #at = 0;
  #kept = 0;

  constructor(file: FileWindow, location: string) {
    this.#file = file;
    this.#location = location;
  }

  /** Copies the fields of one message from [start, end) to `sink`, large tensor data left out. */
  message(kind: MessageKind, start: number, end: number, sink: ByteSink, depth: number): void {
    if (depth > DEPTH_LIMIT) throw new WireError(`messages are nested more than ${DEPTH_LIMIT} deep`);
    this.#at = start;
    let moved: { offset: number; length: number } | null = null;
    let external = false;
    // Fields that stay are copied together: a chunk for each would cost a hostile file of tiny fields gigabytes.
    let kept = start;
    while (this.#at < end) {
      const fieldStart = this.#at;
      const tag = this.#varint(end);
      if (tag < 8 || tag > LARGEST_TAG) throw new WireError(`no field number at byte ${fieldStart}`);
      const field = tag >>> 3;
      const type = tag & 7;
      if (type !== LENGTH_DELIMITED) {
        this.#skipScalar(type, end);
        continue;
      }
      const length = this.#varint(end);
      const bodyStart = this.#at;
      if (length > end - bodyStart) {
        throw new WireError(`a field at byte ${fieldStart} claims ${length} bytes where ${end - bodyStart} are left`);
      }
      const nested = NESTED[kind][field];
      if (kind === "tensor" && (field === RAW_DATA || field === FLOAT_DATA) && length > INLINE_LIMIT_BYTES) {
        if (moved) throw new WireError(`a tensor at byte ${start} holds its data twice`);
        moved = { offset: bodyStart, length };
        this.#copy(kept, fieldStart, sink);
        kept = bodyStart + length;
      } else if (nested && length > INLINE_LIMIT_BYTES) {
        this.#copy(kept, fieldStart, sink);
        kept = bodyStart + length;
        const body = new ByteSink();
        this.message(nested, bodyStart, bodyStart + length, body, depth + 1);
        sink.tag(field, LENGTH_DELIMITED);
        sink.varint(body.length);
        sink.append(body);
      } else if (kind === "tensor" && field === EXTERNAL_DATA) {
        external = true;
      }
      this.#at = bodyStart + length;
    }
    this.#copy(kept, end, sink);
    if (moved) {
      // ONNX forbids it, and readers disagree on which of the two is the weight.
      if (external) throw new WireError(`a tensor at byte ${start} holds its data inside and outside of the file`);
      for (const [key, value] of [
        ["location", this.#location],
        ["offset", String(moved.offset)],
        ["length", String(moved.length)],
      ] as const) {
        sink.tag(EXTERNAL_DATA, LENGTH_DELIMITED);
        sink.entry(key, value);
      }
      sink.tag(DATA_LOCATION, VARINT);
      sink.varint(EXTERNAL);
    }
  }

  #copy(start: number, end: number, sink: ByteSink): void {
    if (end === start) return;
    this.#kept += end - start;
    if (this.#kept > SKELETON_LIMIT_BYTES) {
      throw new WireError(`more than ${SKELETON_LIMIT_BYTES} bytes are left without the weights`);
    }
    sink.bytes(this.#file.slice(start, end - start));
  }

  #skipScalar(type: number, end: number): void {
    if (type === VARINT) this.#varint(end);
    else if (type === FIXED64) this.#at += 8;
    else if (type === FIXED32) this.#at += 4;
    else throw new WireError(`wire type ${type} at byte ${this.#at}`);
    if (this.#at > end) throw new WireError(`a number runs over the end of its message at byte ${end}`);
  }

  /** An unsigned varint; values beyond 2^53 (negative int64) lose precision, which only ever skips over them. */
  #varint(end: number): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      if (this.#at >= end) throw new WireError(`a number runs over the end of its message at byte ${end}`);
      const byte = this.#file.byteAt(this.#at++);
      if (byte < 0x80) return value + byte * scale;
      value += (byte - 0x80) * scale;
      scale *= 128;
    }
    throw new WireError(`a number of more than 10 bytes at byte ${this.#at - 10}`);
  }
}

/** Growing list of byte chunks in protobuf's wire format. */
class ByteSink {
  readonly #chunks: Uint8Array[] = [];
  #small: number[] = [];
  length = 0;

  bytes(chunk: Uint8Array): void {
    this.#flush();
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#small.push((rest % 128) | 0x80);
      this.length++;
      rest = Math.floor(rest / 128);
    }
    this.#small.push(rest);
    this.length++;
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** A StringStringEntryProto with its length in front. */
  entry(key: string, value: string): void {
    const encoder = new TextEncoder();
    const body = new ByteSink();
    for (const [field, text] of [
      [1, key],
      [2, value],
    ] as const) {
      const encoded = encoder.encode(text);
      body.tag(field, LENGTH_DELIMITED);
      body.varint(encoded.length);
      body.bytes(encoded);
    }
    this.varint(body.length);
    this.append(body);
  }

  append(other: ByteSink): void {
    this.#flush();
    other.#flush();
    for (const chunk of other.#chunks) this.#chunks.push(chunk);
    this.length += other.length;
  }

  toBytes(): Uint8Array {
    this.#flush();
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    // A loop: Uint8Array.from() walks an iterator, for two bytes a field.
    const chunk = new Uint8Array(this.#small.length);
    for (let index = 0; index < chunk.length; index++) chunk[index] = this.#small[index]!;
    this.#chunks.push(chunk);
    this.#small = [];
  }
}
