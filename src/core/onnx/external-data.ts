import { existsSync, realpathSync as realpath, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path";
import { LabError } from "#shared/errors.ts";
import { foreignFile } from "#core/system/foreign-content.ts";
import type { TensorProto } from "./proto/onnx.ts";

/** Where a tensor's bytes lie: `length` bytes from `offset` in `file`. */
export interface ByteRange {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

const EXTERNAL = 1;
/** One call of the system; the other one walks every folder, for each of hundreds of tensors. */
const realpathSync = realpath.native;

/** Entries of `external_data`; null when the tensor holds its bytes itself. Unknown keys are ignored, as ONNX asks. */
export function externalEntries(
  tensor: TensorProto,
): { location: string; offset: number; length: number | null } | null {
  if (tensor.dataLocation !== EXTERNAL) return null;
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const length = entries.get("length");
  return {
    location: entries.get("location") ?? "",
    offset: wholeNumber(tensor, "offset", entries.get("offset") ?? "0"),
    length: length === undefined ? null : wholeNumber(tensor, "length", length),
  };
}

/**
 * Resolves external data under the rules of ONNX Runtime, before anything is read: the location is a relative path that
 * stays in the model's folder, symbolic links included (the Hugging Face cache links the model and its data into one
 * folder, which is allowed), and the range lies inside the file and has the tensor's size.
 * @param byteSize size by shape and element type
 * @throws LabError EXTERNAL_DATA_UNSAFE, EXTERNAL_DATA_MISSING or MODEL_CORRUPT, naming tensor and file
 */
export function resolveExternal(modelPath: string, tensor: TensorProto, byteSize: number): ByteRange | null {
  const entries = externalEntries(tensor);
  if (!entries) return null;
  const file = safePath(modelPath, tensor.name, entries.location);
  const length = entries.length ?? byteSize;
  if (length !== byteSize) {
    throw corrupt(modelPath, `tensor "${tensor.name}" needs ${byteSize} bytes by its shape but its data has ${length}`);
  }
  const size = statSync(file).size;
  if (entries.offset + length > size) {
    const foreign = foreignFile(file);
    if (foreign !== null) throw new LabError("MODEL_CORRUPT", `${file} is ${foreign}`, { file, tensor: tensor.name });
    throw new LabError(
      "MODEL_CORRUPT",
      `${file} is cut off: tensor "${tensor.name}" ends at byte ${entries.offset + length}, the file has ${size}. Download it again.`,
      { file, tensor: tensor.name },
    );
  }
  return { file, offset: entries.offset, length };
}

/** The path of a location beside the model, or a LabError. */
export function safePath(modelPath: string, tensorName: string, location: string): string {
  const unsafe = (why: string): LabError =>
    new LabError(
      "EXTERNAL_DATA_UNSAFE",
      `${modelPath}: tensor "${tensorName}" points to "${location}", which ${why}. Its data must lie in the model's own folder; export the model again or get it from its source.`,
      { file: modelPath, tensor: tensorName, location },
    );
  if (location === "") throw unsafe("is empty");
  // The file's own weights (skeleton.ts), however it is called.
  if (location === basename(modelPath)) return modelPath;
  if (location.includes("\0")) throw unsafe("holds a zero byte");
  // Windows' spellings are refused everywhere: a model folder moves between machines.
  if (isAbsolute(location) || /^[A-Za-z]:/.test(location) || /^[\\/]/.test(location))
    throw unsafe("is not a relative path");
  const relative = normalize(location.replaceAll("\\", "/"));
  if (relative === ".." || relative.startsWith(`..${sep}`)) throw unsafe("leaves the folder");

  const path = join(dirname(modelPath), relative);
  if (!existsSync(path)) {
    throw new LabError(
      "EXTERNAL_DATA_MISSING",
      `${path} is missing: ${basename(modelPath)} keeps its weights there (tensor "${tensorName}"). Download it too, beside the model.`,
      { file: path, tensor: tensorName },
    );
  }
  const real = realpathSync(path);
  const homes = [realpathSync(dirname(modelPath)), dirname(realpathSync(modelPath))];
  if (!homes.some((home) => real.startsWith(home.endsWith(sep) ? home : home + sep))) {
    throw unsafe("is a link out of the folder");
  }
  if (!statSync(real).isFile()) throw unsafe("is not a file");
  return path;
}

function wholeNumber(tensor: TensorProto, key: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new LabError(
      "MODEL_CORRUPT",
      `tensor "${tensor.name}": external data has ${key} "${text}", not a byte count. Download or export the model again.`,
      { tensor: tensor.name },
    );
  }
  return value;
}

function corrupt(modelPath: string, what: string): LabError {
  return new LabError("MODEL_CORRUPT", `${modelPath}: ${what}. Download or export it again.`, { file: modelPath });
}
