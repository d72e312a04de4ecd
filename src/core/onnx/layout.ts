import { basename } from "node:path";
import { type ByteRange, resolveExternal } from "./external-data.ts";
import { type DataLater, dataLater, encodeParts, EXTERNAL, keepData, setExternal } from "./messages.ts";
import type { ModelProto, TensorProto } from "./proto/onnx.ts";
import { INLINE_LIMIT_BYTES } from "./skeleton.ts";
import { tensorBytes } from "./tensor.ts";
import { allTensors } from "./walk.ts";

/** Windows maps files at this granularity, and onnx-ir aligns the tensors that are worth mapping to it. */
const ALIGNMENT_BYTES = 65_536;
const ALIGN_ABOVE_BYTES = 1 << 20;

/** A tensor's data in the output: copied from the source, or delivered by a job under `name`. */
export interface Placement {
  readonly name: string;
  readonly bytes: number;
  readonly source: ByteRange | "job";
  readonly file: "model" | "data";
  readonly offset: number;
}

export interface FileLayout {
  /** The .onnx file: what stands between the placements in it, and where these are. */
  readonly parts: readonly (Uint8Array | DataLater)[];
  readonly modelBytes: number;
  /** Size of the external data file; 0 when there is none. */
  readonly dataBytes: number;
  readonly placements: readonly Placement[];
}

interface Pending extends DataLater {
  readonly tensor: TensorProto;
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
  const pending = findData(proto, sourcePath, promised);
  const later = new Map(pending.map((each) => [each.tensor, each]));
  let parts = encodeParts(proto, later);
  const placements: Placement[] = [];
  let dataBytes = 0;
  if (parts.reduce((sum, part) => sum + partBytes(part), 0) > inlineLimitBytes) {
    const large = pending.filter(({ bytes }) => bytes > INLINE_LIMIT_BYTES);
    // A copy of the whole graph only to change references would take as long as encoding it.
    const restore = large.map(({ tensor }) => keepData(tensor));
    try {
      dataBytes = externalize(large, basename(dataPath), placements);
      for (const { tensor } of large) later.delete(tensor);
      parts = encodeParts(proto, later);
    } finally {
      for (const putBack of restore) putBack();
    }
  }
  let at = 0;
  for (const part of parts) {
    if (!(part instanceof Uint8Array)) {
      const { tensor, bytes, source } = part;
      placements.push({ name: tensor.name, bytes, source, file: "model", offset: at });
    }
    at += partBytes(part);
  }
  return { parts, modelBytes: at, dataBytes, placements };
}

/** In the file. */
export function partBytes(part: Uint8Array | { readonly bytes: number }): number {
  return part instanceof Uint8Array ? part.length : part.bytes;
}

function findData(model: ModelProto, sourcePath: string, promised: ReadonlyMap<string, number>): Pending[] {
  const initializers = new Set(model.graph?.initializer);
  const missing = new Set(promised.keys());
  const pending: Pending[] = [];
  for (const tensor of allTensors(model)) {
    const bytes = initializers.has(tensor) ? promised.get(tensor.name) : undefined;
    if (bytes !== undefined) {
      if (!missing.delete(tensor.name)) throw new Error(`two initializers are called "${tensor.name}"`);
      if (bytes !== tensorBytes(tensor)) {
        throw new Error(`"${tensor.name}" is promised ${bytes} bytes, its shape needs ${tensorBytes(tensor)}`);
      }
      pending.push({ tensor, source: "job", ...dataLater(bytes) });
    } else if (tensor.dataLocation === EXTERNAL) {
      const range = resolveExternal(sourcePath, tensor, tensorBytes(tensor))!;
      pending.push({ tensor, source: range, ...dataLater(range.length) });
    }
  }
  if (missing.size > 0) throw new Error(`no initializer is called ${[...missing].join(", ")}`);
  return pending;
}

/** Moves tensors into the data file. Returns its size. */
function externalize(large: readonly Pending[], location: string, placements: Placement[]): number {
  const shared = new Map<string, number>();
  let end = 0;
  for (const { tensor, bytes, source } of large) {
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
