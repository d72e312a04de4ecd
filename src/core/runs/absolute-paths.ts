import { isAbsolute, join, resolve } from "node:path";
import type { Spec } from "#shared/spec.ts";

/**
 * The spec with every path absolute, so that a stored run can be resumed from another working directory. A cell's file
 * stands below the model's folder, everything else below `base`.
 */
export function absolutePaths(spec: Spec, base = process.cwd()): Spec {
  const { tokens, benchmark, generate } = spec.passes;
  const model = resolve(base, spec.model);
  return {
    ...spec,
    model,
    cells: spec.cells.map((cell) =>
      cell.file === undefined || isAbsolute(cell.file) ? cell : { ...cell, file: join(model, cell.file) },
    ),
    passes: {
      ...spec.passes,
      ...(tokens && { tokens: { ...tokens, questions: resolve(base, tokens.questions) } }),
      ...(benchmark && { benchmark: { ...benchmark, questions: resolve(base, benchmark.questions) } }),
      ...(generate &&
        typeof generate.prompts === "string" && {
          generate: { ...generate, prompts: resolve(base, generate.prompts) },
        }),
    },
  };
}
