/**
 * Sessions of edited graphs. Only the graph is edited, in memory; the weights stay where they are on disk: a graph that was
 * read by skeleton.ts refers to all of them by file and byte range, inside the .onnx file too, and ONNX Runtime maps them
 * from there. So nothing is written, and loading costs no more than loading the file itself.
 */
import { realpathSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { type ByteRange, resolveExternal } from "#core/onnx/external-data.ts";
import { cloneModel, encodeModel, setExternal, setInline } from "#core/onnx/messages.ts";
import type { TensorProto } from "#core/onnx/proto/onnx.ts";
import { type OnnxModel, readModel } from "#core/onnx/read-model.ts";
import { readTensor, tensorBytes } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { createSession } from "../open-sessions.ts";
import type { InferenceSession, SessionOptions } from "../ort.ts";
import { loadError, type LoadOptions, sessionOptions } from "../session-options.ts";

/** A copy to edit; the file that it came from keeps its weights. */
export function editableCopy(model: OnnxModel): OnnxModel {
  const proto = cloneModel(model.proto);
  return { path: model.path, proto, graph: proto.graph! };
}

/** The graph of the file as it stands. Fails as ONNX Runtime does, or with a LabError. */
export async function createExportedSession(
  options: LoadOptions,
  more: SessionOptions = {},
): Promise<InferenceSession> {
  if (options.hasWindowsPaths) return createEditedSession(readModel(options.file), options, more);
  return createSession(options.file, { ...sessionOptions(options), ...more });
}

/** Changes the references to the weights. @throws LabError as loadDecoder does */
export async function createEditedSession(
  model: OnnxModel,
  options: LoadOptions,
  more: SessionOptions = {},
): Promise<InferenceSession> {
  const folder = referToRealFiles(model);
  const { extra, ...rest } = sessionOptions(options);
  const session = {
    ...(extra?.session as Record<string, unknown> | undefined),
    model_external_initializers_file_folder_path: folder,
  };
  try {
    return await createSession(encodeModel(model.proto), { ...rest, ...more, extra: { ...extra, session } });
  } catch (error) {
    throw loadError(error, options);
  }
}

/**
 * Weights of the main graph refer to their files by real path: ONNX Runtime refuses links out of the folder that it is
 * given, and the Hugging Face cache is made of such links. What is inside nodes must hold its own bytes.
 * @returns the folder that all locations are relative to
 */
function referToRealFiles(model: OnnxModel): string {
  const initializers = new Set(model.graph.initializer);
  const references: { tensor: TensorProto; file: string; range: ByteRange }[] = [];
  const realPaths = new Map<string, string>();
  for (const tensor of allTensors(model.proto)) {
    const range = resolveExternal(model.path, tensor, tensorBytes(tensor));
    if (!range) continue;
    if (!initializers.has(tensor)) {
      setInline(tensor, readTensor(model.path, tensor));
      continue;
    }
    const file = realPaths.get(range.file) ?? realpathSync.native(range.file);
    realPaths.set(range.file, file);
    references.push({ tensor, file, range });
  }
  const folder = commonFolder([...realPaths.values()]) ?? resolve(dirname(model.path));
  for (const { tensor, file, range } of references) {
    setExternal(tensor, relative(folder, file).replaceAll(sep, "/"), range.offset, range.length);
  }
  return folder;
}

/** The deepest folder that holds all of the files. */
function commonFolder(files: readonly string[]): string | null {
  const [first, ...others] = files;
  if (first === undefined) return null;
  let folder = dirname(first);
  while (others.some((file) => relative(folder, file).startsWith("..")) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}
