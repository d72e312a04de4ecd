/**
 * The way back from skeleton.ts: puts tensor data into an encoded model without holding it. The result is a list of byte
 * strings and holes; the writer fills a hole with the tensor's bytes at its place in the file. Works on the wire, at any
 * depth (a Constant node inside a branch of an If), so that unknown fields and the order of repeated fields stay.
 */
import { LENGTH_DELIMITED, WireReader } from "./proto/wire.ts";
import { ByteSink, DATA_LOCATION, EXTERNAL_DATA, type MessageKind, NESTED, RAW_DATA } from "./skeleton.ts";

/** `data_location` values from here on mark a hole: FIRST_HOLE + its index. ONNX itself uses 0 and 1. */
export const FIRST_HOLE = 1000;

interface Hole {
  readonly hole: number;
  readonly length: number;
}
export type Part = Uint8Array | Hole;

interface Holes {
  readonly bytes: readonly number[];
  /** Some are in nodes: attributes, branches, functions. Where none is, most of the model need not be walked. */
  readonly inNodes: boolean;
}

/**
 * @param encoded a ModelProto in wire format in which tensors are marked by setHole (messages.ts)
 * @param holeBytes data size of each hole, by index
 * @param inNodes false when all marked tensors are initializers of the main graph
 * @returns what the file consists of, in order; `length` of all parts is the file's size
 */
export function spliceRawData(encoded: Uint8Array, holeBytes: readonly number[], inNodes = true): Part[] {
  return joinNeighbours(container("model", encoded, { bytes: holeBytes, inNodes }) ?? [encoded]);
}

/** The parts of a message with the holes filled in; null when there is none inside. */
function message(kind: MessageKind, bytes: Uint8Array, holes: Holes): Part[] | null {
  return kind === "tensor" ? tensor(bytes, holes.bytes) : container(kind, bytes, holes);
}

function container(kind: MessageKind, bytes: Uint8Array, holes: Holes): Part[] | null {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  const parts: Part[] = [];
  let copied = 0;
  while (reader.at < end) {
    const start = reader.at;
    const [field, type] = fieldAndType(reader, end);
    const nested = type === LENGTH_DELIMITED ? NESTED[kind][field] : undefined;
    if (!nested || (!holes.inNodes && (nested === "node" || nested === "function"))) {
      reader.skip(type, end);
      continue;
    }
    const bodyEnd = reader.delimited(end);
    const inner = message(nested, bytes.subarray(reader.at, bodyEnd), holes);
    reader.at = bodyEnd;
    if (!inner) continue;
    parts.push(bytes.subarray(copied, start), header(field, totalLength(inner)), ...inner);
    copied = bodyEnd;
  }
  if (parts.length === 0) return null;
  parts.push(bytes.subarray(copied));
  return parts;
}

function tensor(bytes: Uint8Array, holeBytes: readonly number[]): Part[] | null {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  const kept: Part[] = [];
  let hole = -1;
  while (reader.at < end) {
    const start = reader.at;
    const [field, type] = fieldAndType(reader, end);
    if (field === DATA_LOCATION) hole = reader.int32(end) - FIRST_HOLE;
    else reader.skip(type, end);
    if (field !== DATA_LOCATION && field !== EXTERNAL_DATA) kept.push(bytes.subarray(start, reader.at));
  }
  if (hole < 0) return null;
  const length = holeBytes[hole]!;
  return [...kept, header(RAW_DATA, length), { hole, length }];
}

function fieldAndType(reader: WireReader, end: number): [field: number, type: number] {
  const tag = reader.tag(end);
  return [Math.floor(tag / 8), tag % 8];
}

function header(field: number, length: number): Uint8Array {
  const sink = new ByteSink();
  sink.tag(field, LENGTH_DELIMITED);
  sink.varint(length);
  return sink.toBytes();
}

/** One byte string between two holes: it becomes one write. */
function joinNeighbours(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  let run: Uint8Array[] = [];
  const flush = (): void => {
    if (run.length > 0) joined.push(Buffer.concat(run));
    run = [];
  };
  for (const part of parts) {
    if (!("hole" in part)) {
      run.push(part);
      continue;
    }
    flush();
    joined.push(part);
  }
  flush();
  return joined;
}

export function totalLength(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
