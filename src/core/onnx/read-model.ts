import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { LabError } from "#shared/errors.ts";
import { foreignContent } from "#core/system/foreign-content.ts";
import { FileWindow } from "./file-window.ts";
import { fromBinary } from "./proto/decode.ts";
import { type GraphProto, ModelProto } from "./proto/onnx.ts";
import { readSkeleton } from "./skeleton.ts";

/** An ONNX file whose weights stay on disk; see skeleton.ts. */
export interface OnnxModel {
  readonly path: string;
  readonly proto: ModelProto;
  readonly graph: GraphProto;
}

/**
 * Opens an ONNX file: its graph in memory, every weight a reference.
 * @throws LabError MODEL_NOT_FOUND, MODEL_CORRUPT, naming the file and the remedy
 */
export function readModel(path: string): OnnxModel {
  if (!existsSync(path)) {
    throw new LabError("MODEL_NOT_FOUND", `${path} does not exist.`, { file: path });
  }
  if (!statSync(path).isFile()) throw new LabError("MODEL_NOT_FOUND", `${path} is not a file.`, { file: path });
  using file = new FileWindow(path);
  if (file.size === 0) throw corrupt(path, "it is empty");
  const foreign = foreignContent(file.slice(0, Math.min(256, file.size)));
  if (foreign !== null) throw new LabError("MODEL_CORRUPT", `${path} is ${foreign}`, { file: path });
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProto, readSkeleton(file, basename(path)));
  } catch (error) {
    throw corrupt(path, error instanceof Error ? error.message : String(error), error);
  }
  const { graph } = proto;
  if (!graph || graph.node.length === 0) throw corrupt(path, "it has no graph");
  return { path, proto, graph };
}

function corrupt(path: string, why: string, cause?: unknown): LabError {
  return new LabError(
    "MODEL_CORRUPT",
    `${path} is not a complete ONNX file: ${why}. Download or export it again.`,
    { file: path },
    { cause },
  );
}
