import { statSync } from "node:fs";
import { LabError } from "#shared/errors.ts";
import { EXTERNAL } from "#core/onnx/messages.ts";
import { type OnnxModel, readModel } from "#core/onnx/read-model.ts";
import { tensorBytes } from "#core/onnx/tensor.ts";
import { allSparse } from "#core/onnx/sparse.ts";
import { allGraphs } from "#core/onnx/walk.ts";
import { QUANTIZED_OPERATORS } from "#core/onnx/weight-storage.ts";
import { storedWeights } from "#core/onnx/weights.ts";
import { writeModel, type WriteTimes } from "#core/onnx/write-model.ts";
import type { WriteProgress } from "#core/onnx/write-options.ts";
import { copyWarning, isCopy, tablePairs } from "./graph/copied-tables.ts";
import { formatMaker } from "./formats.ts";
import { functionMatMuls, functionWarning } from "./graph/function-weights.ts";
import { leftInFloat, namedSkips, type SkippedWeight } from "./graph/left-in-float.ts";
import type { MeasuredTensor } from "./format-maker.ts";
import { sidecarPath, sidecarText } from "./sidecar.ts";
import { defaultThreads, ThreadPool } from "./threads/thread-pool.ts";
import type { PieceError } from "./weights/error-sums.ts";
import { ErrorLedger } from "./weights/weight-error.ts";
import { parseRecipe, type Recipe, type RecipeOption } from "#shared/recipe.ts";

/** One thread quantizes as much while others start. */
const THREADS_FROM_BYTES = 64 << 20;

export interface QuantizeOptions {
  /** The float .onnx file. */
  readonly source: string;
  /** The .onnx file to write; its folder is made when needed. */
  readonly target: string;
  readonly recipe: Recipe;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** See write-model.ts. */
  readonly inlineLimitBytes?: number | undefined;
  /** Threads to spread the work over; 1 does it on this one. Default: by processors, 8 at most, and 1 for a small model. */
  readonly threads?: number | undefined;
}

export interface QuantizeResult {
  readonly path: string;
  /** The .onnx file and its external data, if any. */
  readonly files: readonly string[];
  /** Beside them: what was done and lost (sidecar.ts). */
  readonly sidecar: string;
  /** Size of all files together. */
  readonly bytes: number;
  /** The recipe with every default filled in: what was really done. */
  readonly recipe: Recipe;
  readonly quantizedTensors: readonly MeasuredTensor[];
  /** All matrices and tables that stay in float, with the reason. */
  readonly skipped: readonly SkippedWeight[];
  /** Reasons in the source for a variant that is larger than its name suggests. */
  readonly warnings: readonly string[];
  readonly times: QuantizeTimes;
}

/** Where the time went. */
interface QuantizeTimes extends WriteTimes {
  /** Reading the graph and deciding what becomes of it. */
  readonly planMs: number;
}

/**
 * Makes a quantized variant of an ONNX file, in memory that does not grow with the model.
 * @throws LabError SPEC_INVALID (recipe), FORMAT_UNSUPPORTED (nothing to quantize, or quantized already), MODEL_NOT_FOUND,
 * MODEL_CORRUPT (also NaN and infinite weights), EXTERNAL_DATA_*, DISK_FULL, OUTPUT_UNWRITABLE, CANCELLED
 */
export async function quantizeModel(options: QuantizeOptions): Promise<QuantizeResult> {
  const started = performance.now();
  const recipe = parseRecipe(options.recipe);
  const maker = formatMaker(recipe.format);
  refuseForeignOptions(recipe, maker.options);
  const model = readModel(options.source);
  refuseQuantized(model);
  refuseOutsideSparse(model);
  // Started before the plan is made: they take about as long to be ready.
  using threads = openThreads(options, model);
  // Looked for before the graph is changed.
  const copies = tablePairs(model.graph).filter((pair) => isCopy(model.path, pair));
  const inFunctions = functionMatMuls(model.proto);
  const plan = maker.plan(model, recipe);
  const left = leftInFloat(storedWeights(model), recipe.format === "fp16" ? 32 : 16);
  const skipped = namedSkips([...plan.skipped, ...inFunctions], left, plan.recipe);
  if (plan.quantized.length === 0) throw nothingToQuantize(model, plan.recipe, skipped);
  const planMs = performance.now() - started;
  const ledger = new ErrorLedger();
  for (const error of plan.errors ?? []) ledger.add(error);
  const measured = (): MeasuredTensor[] => plan.quantized.map((each) => ({ ...each, error: ledger.of(each) }));
  const sidecar = sidecarPath(options.target);
  const { path, files, bytes, times } = await writeModel({
    ...options,
    proto: model.proto,
    sourcePath: model.path,
    jobs: plan.jobs,
    runner: threads,
    onReport: (report) => {
      ledger.add(report as PieceError);
    },
    companion: {
      path: sidecar,
      text: () => sidecarText(model.path, plan.recipe, measured(), skipped, left.vectors),
    },
  });
  return {
    path,
    files,
    sidecar,
    bytes,
    recipe: plan.recipe,
    quantizedTensors: measured(),
    skipped,
    warnings: [...copies.map(copyWarning), functionWarning(inFunctions)].filter((text) => text !== null),
    times: { planMs, ...times },
  };
}

/** None where starting threads would take longer than the work, unless they were asked for. */
function openThreads({ threads }: QuantizeOptions, { path, graph }: OnnxModel): ThreadPool | undefined {
  const count = threads ?? defaultThreads();
  if (count < 2) return undefined;
  if (threads !== undefined) return new ThreadPool(count);
  let bytes = 0;
  for (const tensor of graph.initializer) if (tensor.dataLocation === EXTERNAL) bytes += tensorBytes(tensor);
  // The weights of Constant nodes are, as exporters write them, part of the file.
  return Math.max(bytes, statSync(path).size) < THREADS_FROM_BYTES ? undefined : new ThreadPool(count);
}

/** An option that a format does not know would be ignored, and the result taken for something that it is not. */
function refuseForeignOptions(recipe: Recipe, options: readonly RecipeOption[]): void {
  const foreign = Object.keys(recipe).find((key) => key !== "format" && !(options as readonly string[]).includes(key));
  if (foreign === undefined) return;
  throw new LabError(
    "SPEC_INVALID",
    `recipe.${foreign}: ${recipe.format} has no such option; it has ${options.join(", ")}.`,
    {
      field: `recipe.${foreign}`,
      allowed: options,
    },
  );
}

/** An operator that only quantized models have, or a weight that is stored as codes. */
function refuseQuantized(model: OnnxModel): void {
  const { path, graph } = model;
  const operator = allGraphs(graph)
    .flatMap(({ node }) => node)
    .find(({ opType }) => QUANTIZED_OPERATORS.has(opType) || opType === "DynamicQuantizeLinear");
  const coded = operator ? undefined : storedWeights(model).uses.find(({ storage }) => storage.format !== "float");
  const found = operator ?? coded?.origin.unpacked?.node ?? coded?.reader.node;
  if (!found) return;
  throw new LabError(
    "FORMAT_UNSUPPORTED",
    `${path} is quantized already (node "${found.name}" is a ${found.opType}). Start from the float32 or float16 variant of the model.`,
    { file: path, node: found.name, operator: found.opType },
  );
}

/** Refuses sparse tensors with external data: no code here could move it. */
function refuseOutsideSparse({ path, proto }: OnnxModel): void {
  const outside = allSparse(proto)
    .flatMap(({ values, indices }) => [values, indices])
    .find((part) => part?.dataLocation === EXTERNAL);
  if (!outside) return;
  throw new LabError(
    "FORMAT_UNSUPPORTED",
    `${path}: the sparse tensor "${outside.name}" keeps its data in another file, which cannot be carried over. Export the model with dense weights.`,
    { file: path, tensor: outside.name },
  );
}

function nothingToQuantize({ path }: OnnxModel, recipe: Recipe, skipped: readonly SkippedWeight[]): LabError {
  const [first] = skipped;
  const why = first ? `"${first.node}" stays (${first.reason})` : "it has no MatMul with constant weights";
  return new LabError(
    "FORMAT_UNSUPPORTED",
    `${path} has nothing that ${recipe.format} could quantize: ${why}. Use another format, or export the model with weights as initializers of MatMul nodes.`,
    { file: path, format: recipe.format, skipped },
  );
}
