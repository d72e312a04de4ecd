/** lm-evaluation-harness's sums (`results_*.json`), of which an import takes what tells about the samples beside them. */
import { z } from "zod";
import { LabError } from "#shared/errors.ts";
import { isFormatId, type FormatId } from "#shared/formats/formats.ts";
import { isProviderId, type ProviderId } from "#shared/providers/providers.ts";
import { jsonProblem, parsePythonJson } from "#shared/python-json.ts";
import type { ForeignCell } from "./foreign-run.ts";
import { needsCell, type ReadSource, textOf } from "./import-source.ts";

const text = z.string().optional().catch(undefined);
const byTask = z.record(z.string(), z.unknown()).default({}).catch({});

/** The year 2286: dates and spans beyond are damaged. */
const MOST_SECONDS = 1e10;

const resultsSchema = z.looseObject({
  results: byTask,
  config: z
    .looseObject({ model: text, model_args: z.unknown().optional(), model_dtype: text, device: text })
    .default({})
    .catch({}),
  configs: byTask,
  "n-shot": byTask,
  date: z.number().min(0).max(MOST_SECONDS).optional().catch(undefined),
  model_name: text,
  pretty_env_info: text,
  total_evaluation_time_seconds: z.coerce.number().min(0).max(MOST_SECONDS).nullable().optional().catch(null),
  /** Of our own exports. */
  quantscope: z.looseObject({ format: text, provider: text }).optional().catch(undefined),
});
export type LmEvalResults = z.output<typeof resultsSchema>;

/** @throws LabError BAD_REQUEST naming the file and what is wrong with it */
export function readLmEvalResults(file: ReadSource): LmEvalResults {
  const content = textOf(file);
  let value: unknown;
  try {
    value = parsePythonJson(content);
  } catch (error) {
    throw new LabError(
      "BAD_REQUEST",
      `${file.path} is not valid JSON: ${jsonProblem(content, error)}. Import the samples without it, with --cell and --model.`,
    );
  }
  const result = resultsSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new LabError("BAD_REQUEST", `${file.path}: ${issue.path.join(".")}: ${issue.message}.`);
}

export function tasksOf(results: LmEvalResults | null): string[] {
  return results ? [...new Set([results.results, results.configs, results["n-shot"]].flatMap(Object.keys))] : [];
}

/** Examples in front of each question: of the first task, and what is to be known where that is not known or differs. */
export function shotsOf(
  results: LmEvalResults | null,
  tasks: readonly string[],
): { readonly shots: number; readonly notes: readonly string[] } {
  const counts = tasks.map((task) => {
    const config = results?.configs[task] as { num_fewshot?: unknown } | null | undefined;
    const known = [results?.["n-shot"][task], config?.num_fewshot].find((count) => Number.isInteger(count));
    return (known ?? null) as number | null;
  });
  const shots = counts[0] ?? 0;
  if (counts.every((count) => count === counts[0])) {
    return {
      shots,
      notes: counts[0] === null ? ["how many examples each question had is not known: stored as 0"] : [],
    };
  }
  const listed = tasks.map((task, index) => `${task} ${counts[index] ?? "unknown"}`).join(", ");
  return { shots, notes: [`the tasks had different numbers of examples (${listed}): stored as ${shots}`] };
}

/** How answers were drawn: greedily where nothing says otherwise, as the harness does. */
export function samplingOf(
  results: LmEvalResults | null,
  task: string | undefined,
): { readonly temperature: number; readonly topP: number } {
  const config = results?.configs[task ?? ""] as { generation_kwargs?: unknown } | null | undefined;
  const asked = new Map([...argumentsOf(config?.generation_kwargs), ...argumentsOf(results?.config.gen_kwargs)]);
  const temperature = asked.get("do_sample")?.toLowerCase() === "false" ? 0 : Number(asked.get("temperature") ?? 0);
  const topP = Number(asked.get("top_p") ?? 1);
  return { temperature: temperature > 0 ? temperature : 0, topP: topP > 0 && topP < 1 ? topP : 1 };
}

export function modelArguments({ config }: LmEvalResults): Map<string, string> {
  return argumentsOf(config.model_args);
}

/** `pretrained=a,dtype=float16`, or the same as an object, or as its JSON. */
function argumentsOf(value: unknown): Map<string, string> {
  if (typeof value === "string" && value.trim().startsWith("{")) return argumentsOf(objectOf(value));
  if (typeof value === "string") {
    return new Map(
      value.split(",").flatMap((part) => {
        const at = part.indexOf("=");
        return at < 1 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
      }),
    );
  }
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(Object.entries(value).map(([name, each]) => [name, wordsOf(each)]));
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { model_args: text };
  }
}

function wordsOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * What was measured, where the sums say it for sure.
 * @param path of the file that is asked about where they do not
 * @throws LabError BAD_REQUEST with `details.needs` "cell"
 */
export function cellOf(results: LmEvalResults | null, path: string): ForeignCell {
  if (!results) throw needsCell(path, "no results_*.json is beside it");
  const args = modelArguments(results);
  const { format: ownFormat = "", provider: ownProvider = "" } = results.quantscope ?? {};
  if (isFormatId(ownFormat) && isProviderId(ownProvider)) return { format: ownFormat, provider: ownProvider };
  const format = formatOf(results, args);
  if ("unsure" in format) throw needsCell(path, format.unsure);
  const provider = providerOf(results, args);
  if ("unsure" in provider) throw needsCell(path, provider.unsure);
  return { format: format.id, provider: provider.id };
}

type Told<T> = { readonly id: T } | { readonly unsure: string };

/** Back ends that load weights in the number type that `dtype` names, unless the weights are quantized. */
const TORCH = /^(hf|hf-auto|hf-causal|huggingface|hf-multimodal|vllm|sglang|mamba_ssm)\b/;
/** How quantized weights are called, in arguments and in names of models and files. */
const QUANTIZED =
  /quanti[sz]|gptq|awq|gguf|ggml|hqq|exl2|aqlm|autoround|bitsandbytes|bnb|marlin|nf4|\bq\d(_|\b)|[248][-_]?bits?\b|(^|[-_/. ])(u?int[248]|fp[48]|w[248](a\d+)?)([-_/. ]|$)/i;
const NO = /^(false|none|null|0|)$/i;

const DTYPES: ReadonlyMap<string, FormatId> = new Map([
  ...["float32", "float", "fp32"].map((dtype) => [dtype, "fp32"] as const),
  ...["float16", "half", "fp16"].map((dtype) => [dtype, "fp16"] as const),
]);

/** `dtype` is what is computed in; how weights are stored it says only where nothing else does. */
function formatOf({ config, model_name: name = "" }: LmEvalResults, args: ReadonlyMap<string, string>): Told<FormatId> {
  if (config.model !== undefined && !TORCH.test(config.model)) return { unsure: `its model is "${config.model}"` };
  const others = new Map([["model_name", name], ...Object.entries(config).flatMap(textEntry)]);
  const sign = signOfQuantizing(args) ?? signOfQuantizing(others);
  if (sign !== null) return { unsure: `${sign} may mean quantized weights` };
  const named = [args.get("dtype"), args.get("torch_dtype"), config.model_dtype]
    .filter((dtype) => dtype !== undefined && dtype !== "" && dtype !== "auto")
    .map((dtype) => dtype!.replace(/^torch\./, ""));
  const [first] = named;
  if (first === undefined) return { unsure: "its model_args name no dtype" };
  const formats = new Set(named.map((dtype) => DTYPES.get(dtype)));
  const format = DTYPES.get(first);
  if (!format || formats.size > 1) return { unsure: `its dtype is ${[...new Set(named)].join(" and ")}` };
  return { id: format };
}

function textEntry([name, value]: [string, unknown]): [string, string][] {
  // These are read by themselves, or have nothing to do with the weights.
  if (["model", "model_args", "model_dtype", "gen_kwargs"].includes(name)) return [];
  return [[name, wordsOf(value)]];
}

function signOfQuantizing(args: ReadonlyMap<string, string>): string | null {
  const found = [...args].find(([name, value]) => !NO.test(value) && (QUANTIZED.test(name) || QUANTIZED.test(value)));
  return found ? `${found[0]}=${found[1]}` : null;
}

function providerOf(results: LmEvalResults, args: ReadonlyMap<string, string>): Told<ProviderId> {
  const named = [args.get("device"), args.get("device_map"), results.config.device].filter(
    (device) => device !== undefined && !NO.test(device),
  ) as string[];
  const spread = ["parallelize", "device_map_option", "offload_folder"].find((name) => !NO.test(args.get(name) ?? ""));
  if (spread !== undefined) return { unsure: `${spread} spreads the model over devices` };
  const kinds = new Set(named.map((device) => device.replace(/:\d+$/, "").toLowerCase()));
  const [kind] = kinds;
  if (kind === undefined) return { unsure: "it names no device" };
  // PyTorch calls AMD's cards "cuda" too.
  const isRocm = /ROCM used to build PyTorch: (?!N\/A)/.test(results.pretty_env_info ?? "");
  if (kinds.size === 1 && kind === "cpu") return { id: "cpu" };
  if (kinds.size === 1 && kind === "cuda" && !isRocm) return { id: "cuda" };
  return { unsure: `its device is ${named.join(" and ")}${isRocm ? " of ROCm" : ""}` };
}
