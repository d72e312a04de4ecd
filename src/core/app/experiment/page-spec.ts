import { isAbsolute, join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { parseSpec, type Spec, type SpecInput } from "#shared/spec.ts";
import type { ModelLibrary, NamedModel } from "../libraries/model-library.ts";
import type { PathGuard } from "../files/path-guard.ts";
import type { QuestionLibrary } from "../libraries/question-library.ts";
import { demoResources } from "../files/resources.ts";

/** In place of a file of prompts or of running text: the bundled one. */
const BUNDLED = "demo";

export interface SpecPlaces {
  readonly models: Pick<ModelLibrary, "find">;
  readonly questions: Pick<QuestionLibrary, "find">;
  readonly paths: Pick<PathGuard, "check">;
}

/**
 * Makes a complete spec of one that a page wrote, names of library entries replaced by their paths.
 * @throws LabError SPEC_INVALID naming the field; MODEL_NOT_FOUND, QUESTIONS_NOT_FOUND, PATH_REFUSED
 */
export function resolvePageSpec(input: SpecInput, places: SpecPlaces): { spec: Spec; model: NamedModel } {
  const asked = parseSpec(input);
  const { tokens, benchmark, generate } = asked.passes;
  const model = places.models.find(asked.model);
  const questions = (name: string): string => places.questions.find(name).file;
  for (const { file, providerOptions } of asked.cells) {
    if (file !== undefined) places.paths.check(isAbsolute(file) ? file : join(model.folder, file));
    // Paths and switches of native libraries: for the command line, where whoever types them has those rights already.
    if (providerOptions !== undefined) {
      throw new LabError("SPEC_INVALID", "spec: cells.providerOptions: pages cannot give these; use quantscope run.");
    }
  }
  const withPaths = <T extends NonNullable<typeof tokens | typeof benchmark>>(pass: T): T => ({
    ...pass,
    ...(pass.questions !== undefined && { questions: questions(pass.questions) }),
    ...(pass.shotQuestions !== undefined && { shotQuestions: questions(pass.shotQuestions) }),
  });
  const spec: Spec = {
    ...asked,
    model: model.folder,
    passes: {
      ...asked.passes,
      ...(tokens && {
        tokens: {
          ...withPaths(tokens),
          ...(tokens.texts !== undefined && { texts: textOf(tokens.texts, places) }),
        },
      }),
      ...(benchmark && { benchmark: withPaths(benchmark) }),
      ...(generate && { generate: { ...generate, prompts: promptsOf(generate.prompts, places) } }),
    },
  };
  return { spec, model };
}

function promptsOf(prompts: string | string[], { paths }: SpecPlaces): string | string[] {
  if (typeof prompts !== "string") return prompts;
  return prompts === BUNDLED ? demoResources().prompts : paths.check(prompts);
}

function textOf(file: string, { paths }: SpecPlaces): string {
  return file === BUNDLED ? demoResources().text : paths.check(file);
}
