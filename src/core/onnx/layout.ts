import { basename } from "node:path";
import { type ByteRange, resolveExternal } from "./external-data.ts";
import { encodeModel, EXTERNAL, keepData, setExternal, setHole } from "./messages.ts";
import type { ModelProto, TensorProto } from "./proto/onnx.ts";
import { INLINE_LIMIT_BYTES } from "./skeleton.ts";
import { FIRST_HOLE, type Part, spliceRawData, totalLength } from "./splice.ts";
import { tensorBytes } from "./tensor.ts";
import { allTensors } from "./walk.ts";

/** Windows maps files at this granularity, and onnx-ir aligns the tensors that are worth mapping to it. */
const ALIGNMENT_BYTES = 65_536;
const ALIGN_ABOVE_BYTES = 1 << 20;
/** Tags and lengths around one spliced tensor, generously. */
const SPLICE_OVERHEAD_BYTES = 64;

/** A tensor's data in the output: copied from the source, or delivered by a job under `name`. */
export interface Placement {
  readonly name: string;
  readonly bytes: number;
  readonly source: ByteRange | "job";
  readonly file: "model" | "data";
  readonly offset: number;
}

export interface FileLayout {
  /** The .onnx file; its holes are placements. */
  readonly parts: readonly Part[];
  readonly modelBytes: number;
  /** Size of the external data file; 0 when there is none. */
  readonly dataBytes: number;
  readonly placements: readonly Placement[];
}

interface Pending {
  readonly tensor: TensorProto;
  readonly bytes: number;
  readonly source: ByteRange | "job";
}

/**
 * Decides where every byte of the output goes, before any is written. Below `inlineLimitBytes` all data goes into the
 * .onnx file; above, tensors of more than 1 KiB go into `dataPath`, the larger ones aligned. Data that two tensors of the
 * source share stays shared there.
 * @param proto as it was when this returns
 * @param promised bytes of the new tensors by name: initializers of the main graph that hold no data yet
 */
export function layOut(
  proto: ModelProto,
  sourcePath: string,
  promised: ReadonlyMap<string, number>,
  dataPath: string,
  inlineLimitBytes: number,
): FileLayout {
  const initializers = new Set(proto.graph?.initializer);
  const pending = findData(proto, initializers, sourcePath, promised);
  const placements: Placement[] = [];
  // A copy of the whole graph only to change references would take as long as encoding it.
  const restore = pending.map(({ tensor }) => keepData(tensor));
  let encoded: Uint8Array;
  let dataBytes = 0;
  try {
    pending.forEach(({ tensor }, index) => {
      setHole(tensor, FIRST_HOLE + index);
    });
    encoded = encodeModel(proto);
    const all = pending.reduce((sum, { bytes }) => sum + bytes + SPLICE_OVERHEAD_BYTES, 0);
    if (encoded.length + all > inlineLimitBytes) {
      dataBytes = externalize(pending, basename(dataPath), placements);
      encoded = encodeModel(proto);
    }
  } finally {
    for (const putBack of restore) putBack();
  }
  const parts = spliceRawData(
    encoded,
    pending.map(({ bytes }) => bytes),
    pending.some(({ tensor }) => !initializers.has(tensor)),
  );
  let at = 0;
  for (const part of parts) {
    if ("hole" in part) {
      const { tensor, bytes, source } = pending[part.hole]!;
      placements.push({ name: tensor.name, bytes, source, file: "model", offset: at });
    }
    at += part.length;
  }
  return { parts, modelBytes: totalLength(parts), dataBytes, placements };
}

function findData(
  model: ModelProto,
  initializers: ReadonlySet<TensorProto>,
  sourcePath: string,
  promised: ReadonlyMap<string, number>,
): Pending[] {
  const missing = new Set(promised.keys());
  const pending: Pending[] = [];
  for (const tensor of allTensors(model)) {
    const bytes = initializers.has(tensor) ? promised.get(tensor.name) : undefined;
    if (bytes !== undefined) {
      if (!missing.delete(tensor.name)) throw new Error(`two initializers are called "${tensor.name}"`);
      if (bytes !== tensorBytes(tensor)) {
        throw new Error(`"${tensor.name}" is promised ${bytes} bytes, its shape needs ${tensorBytes(tensor)}`);
      }
      pending.push({ tensor, bytes, source: "job" });
    } else if (tensor.dataLocation === EXTERNAL) {
      const range = resolveExternal(sourcePath, tensor, tensorBytes(tensor))!;
      pending.push({ tensor, bytes: range.length, source: range });
    }
  }
  if (missing.size > 0) throw new Error(`no initializer is called ${[...missing].join(", ")}`);
  return pending;
}

/** Moves the large tensors into the data file. Returns its size. */
function externalize(pending: readonly Pending[], location: string, placements: Placement[]): number {
  const shared = new Map<string, number>();
  let end = 0;
  for (const { tensor, bytes, source } of pending) {
    if (bytes <= INLINE_LIMIT_BYTES) continue;
    const key = source === "job" ? null : `${source.offset}:${source.length}:${source.file}`;
    let offset = key === null ? undefined : shared.get(key);
    if (offset === undefined) {
      offset = bytes > ALIGN_ABOVE_BYTES ? Math.ceil(end / ALIGNMENT_BYTES) * ALIGNMENT_BYTES : end;
      end = offset + bytes;
      if (key !== null) shared.set(key, offset);
      placements.push({ name: tensor.name, bytes, source, file: "data", offset });
    }
    setExternal(tensor, location, offset, bytes);
  }
  return end;
}
