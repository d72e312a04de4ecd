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
      ...(tokens && { tokens: resolveFields(base, tokens, ["questions", "texts", "shotQuestions"]) }),
      ...(benchmark && { benchmark: resolveFields(base, benchmark, ["questions", "shotQuestions"]) }),
      ...(generate &&
        typeof generate.prompts === "string" && {
          generate: { ...generate, prompts: resolve(base, generate.prompts) },
        }),
    },
  };
}

function resolveFields<T extends object>(base: string, pass: T, fields: readonly (keyof T)[]): T {
  const paths = fields.flatMap((field) => {
    const path = pass[field];
    return typeof path === "string" ? [[field, resolve(base, path)]] : [];
  });
  return { ...pass, ...(Object.fromEntries(paths) as Partial<T>) };
}
