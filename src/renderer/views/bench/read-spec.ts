/** A spec that was written elsewhere, in the names of this library. */
import type { ModelEntry, QuestionSetEntry } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import { BUNDLED_PROMPTS } from "./draft.ts";

interface Libraries {
  readonly models: readonly ModelEntry[];
  readonly sets: readonly QuestionSetEntry[];
}

/**
 * Reads a spec file. What it leaves out stays out, so that the page's own defaults are not mixed in.
 * @throws LabError SPEC_INVALID naming the file and the field
 */
export function readSpecFile(name: string, text: string): SpecInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError("SPEC_INVALID", `${name} is not JSON: ${reason}. Choose a spec file (docs/file-formats.md).`);
  }
  parseSpec(value, name);
  return value as SpecInput;
}

/**
 * Paths that lie in the library become its names: a page may name nothing else. What is in no library stays as it is, and the
 * plan says what is wrong with it.
 */
export function inNamesOf(spec: SpecInput, { models, sets }: Libraries): SpecInput {
  const { tokens, benchmark, generate } = spec.passes;
  const set = (asked: string): string => sets.find(({ name, file }) => isNamed(asked, name, file))?.name ?? asked;
  const bundled = models.find((model) => model.bundled);
  const named = <T extends { questions?: string | undefined; shotQuestions?: string | undefined }>(pass: T): T => ({
    ...pass,
    ...(pass.questions !== undefined && { questions: set(pass.questions) }),
    ...(pass.shotQuestions !== undefined && { shotQuestions: set(pass.shotQuestions) }),
  });
  const prompts = generate?.prompts;
  const isBundled = typeof prompts === "string" && bundled !== undefined && prompts === bundledPrompts(bundled.folder);
  return {
    ...spec,
    model: modelOf(spec, models)?.name ?? spec.model,
    passes: {
      ...spec.passes,
      ...(tokens && { tokens: named(tokens) }),
      ...(benchmark && { benchmark: named(benchmark) }),
      ...(generate && isBundled && { generate: { ...generate, prompts: BUNDLED_PROMPTS } }),
    },
  };
}

/** The library's model that a spec is about; undefined where there is none. */
export function modelOf({ model }: SpecInput, models: readonly ModelEntry[]): ModelEntry | undefined {
  return models.find(({ name, folder }) => isNamed(model, name, folder));
}

/** By name, by path, or by a relative path that ends the same: a file beside its model says `models/smol`. */
function isNamed(asked: string, name: string, path: string): boolean {
  const plain = (text: string): string => text.replaceAll("\\", "/").replace(/\/+$/, "");
  const relative = plain(asked).replace(/^(\.{1,2}\/)+/, "");
  return (
    asked === name || plain(path) === plain(asked) || (relative.includes("/") && plain(path).endsWith(`/${relative}`))
  );
}

/** The bundled resources lie side by side: models/demo, prompts/demo.txt. */
function bundledPrompts(modelFolder: string): string {
  const separator = modelFolder.includes("\\") ? "\\" : "/";
  return [...modelFolder.split(separator).slice(0, -2), "prompts", "demo.txt"].join(separator);
}
