import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LabError } from "#shared/errors.ts";
import { FORMAT_IDS, isFormatId } from "#shared/formats/formats.ts";
import { isProviderId, PROVIDER_IDS } from "#shared/providers/providers.ts";
import type { Depth } from "#shared/depths.ts";
import { type GraphChoice, parseSpec, type Spec, type SpecInput } from "#shared/spec.ts";
import { demoResources } from "#core/app/files/resources.ts";
import { parseInteger } from "./parse-integer.ts";

/** What `quantscope run` takes in place of a spec file, as typed. */
export interface SpecOptions {
  model?: string;
  cells?: string;
  passes?: string;
  questions?: string;
  prompts?: string;
  limit?: string;
  seed?: string;
  name?: string;
  batchSizes?: string;
  sequenceLength?: string;
  threads?: string;
  depth?: string;
  launches?: string;
  texts?: string;
  decodeDepths?: string;
  decodeBatchSizes?: string;
  graph?: string;
}

export const PASSES = ["forward", "decode", "tokens", "benchmark", "generate"] as const;

/**
 * An option that would be ignored is refused: whoever typed it believes that it counts.
 * @throws LabError SPEC_INVALID naming it
 */
export function refuseOptionsBeside(what: string, options: SpecOptions & { home?: string }): void {
  const names = Object.entries(options)
    .filter(([name, value]) => name !== "home" && value !== undefined)
    .map(([name]) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (names.length === 0) return;
  throw new LabError("SPEC_INVALID", `${names.join(", ")} cannot be given beside ${what}, which says it already.`);
}

/** @throws LabError SPEC_INVALID naming the file, and the field where it can be read */
export function specFromFile(file: string): Spec {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new LabError("SPEC_INVALID", `${file} cannot be read: ${(error as Error).message}.`, { file });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LabError("SPEC_INVALID", `${file} is not valid JSON: ${(error as Error).message}.`, { file });
  }
  return parseSpec(value, file);
}

/** @throws LabError SPEC_INVALID naming the option and what it takes */
export function specFromOptions(options: SpecOptions): Spec {
  const { model, cells, questions } = options;
  if (model === undefined || cells === undefined) {
    throw new LabError(
      "SPEC_INVALID",
      "Name a spec file, or --model DIR with --cells fp32,int4 (see quantscope run --help).",
    );
  }
  const seed = parseInteger("--seed", options.seed ?? "0");
  const wanted = passList(options.passes, options);
  if (wanted.has("benchmark") && questions === undefined) {
    throw new LabError("SPEC_INVALID", "The pass benchmark needs questions: --questions FILE.");
  }
  if (wanted.has("tokens") && questions === undefined && options.texts === undefined) {
    throw new LabError("SPEC_INVALID", "The pass tokens needs questions or texts: --questions FILE, --texts FILE.");
  }
  const asked = questions === undefined ? undefined : { questions: resolve(questions) };
  const threads = options.threads === undefined ? undefined : parseInteger("--threads", options.threads);
  const spec: SpecInput = {
    schemaVersion: 1,
    name: options.name ?? `${model.split(/[\\/]/).findLast((part) => part !== "") ?? model}: ${cells}`,
    model: resolve(model),
    cells: cells.split(",").map((text) => ({
      ...parseCell(text.trim()),
      ...(threads !== undefined && { threads }),
      // A name that is none is refused by the schema, with the list of those that are.
      ...(options.graph !== undefined && { graph: options.graph as GraphChoice }),
    })),
    ...(options.depth !== undefined && { depth: options.depth as Depth }),
    ...(options.launches !== undefined && { launches: parseInteger("--launches", options.launches) }),
    passes: {
      ...(wanted.has("forward") && { forward: forwardOptions(options) }),
      ...(wanted.has("decode") && { decode: decodeOptions(options) }),
      ...(wanted.has("tokens") && {
        tokens: { ...asked, ...(options.texts !== undefined && { texts: resolve(options.texts) }) },
      }),
      ...(wanted.has("benchmark") && asked && { benchmark: asked }),
      ...(wanted.has("generate") && {
        generate: { prompts: options.prompts === undefined ? demoResources().prompts : resolve(options.prompts) },
      }),
    },
    ...(options.limit !== undefined && { sample: { limit: parseInteger("--limit", options.limit), seed } }),
    seed,
  };
  return parseSpec(spec, "command line");
}

function forwardOptions({ batchSizes, sequenceLength }: SpecOptions): NonNullable<SpecInput["passes"]["forward"]> {
  return {
    ...(batchSizes !== undefined && {
      batchSizes: batchSizes.split(",").map((size) => parseInteger("--batch-sizes", size)),
    }),
    ...(sequenceLength !== undefined && { sequenceLength: parseInteger("--sequence-length", sequenceLength) }),
  };
}

function decodeOptions({ decodeDepths, decodeBatchSizes }: SpecOptions): NonNullable<SpecInput["passes"]["decode"]> {
  const list = (name: string, text: string): number[] => text.split(",").map((each) => parseInteger(name, each));
  return {
    ...(decodeDepths !== undefined && { depths: list("--decode-depths", decodeDepths) }),
    ...(decodeBatchSizes !== undefined && { batchSizes: list("--decode-batch-sizes", decodeBatchSizes) }),
  };
}

/** The passes asked for; without a word all that have their input. */
function passList(text: string | undefined, { questions, texts }: SpecOptions): ReadonlySet<string> {
  if (text === undefined) {
    const without = [...(questions === undefined ? ["benchmark"] : [])];
    if (questions === undefined && texts === undefined) without.push("tokens");
    return new Set(PASSES.filter((pass) => !without.includes(pass)));
  }
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(PASSES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new LabError("SPEC_INVALID", `--passes: there is no pass "${unknown}"; there are ${PASSES.join(", ")}.`);
  }
  return new Set(names);
}

/** `int4@cuda` -> format and provider. */
function parseCell(text: string): SpecInput["cells"][number] {
  const [format = "", provider = "cpu", ...rest] = text.split("@");
  if (rest.length > 0 || !isFormatId(format)) {
    throw new LabError("SPEC_INVALID", `--cells: "${text}" names no format; there are ${FORMAT_IDS.join(", ")}.`);
  }
  if (!isProviderId(provider)) {
    throw new LabError("SPEC_INVALID", `--cells: "${text}" names no provider; there are ${PROVIDER_IDS.join(", ")}.`);
  }
  return { format, provider };
}
