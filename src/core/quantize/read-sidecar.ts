/** Reads what sidecar.ts writes. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import type { Recipe } from "#shared/recipe.ts";
import { recipeSchema } from "#shared/recipe-schema.ts";
import { SIDECAR_VERSION, sidecarPath } from "./sidecar.ts";

const number = z.number().nullable();
const layer = z.object({
  name: z.string(),
  nodes: z.array(z.string()),
  bits: z.number(),
  error: z
    .object({ snrDb: number, exact: z.boolean(), maxError: number, clippedShare: z.number().min(0).max(1) })
    .nullable(),
});
const schema = z.object({
  schemaVersion: z.literal(SIDECAR_VERSION),
  recipe: recipeSchema,
  tool: z.object({ version: z.string() }),
  layers: z.array(layer),
});

/** As much of it as is read back. */
type SidecarLayer = z.infer<typeof layer>;

interface Sidecar {
  readonly layers: readonly SidecarLayer[];
  /** Null where the file is damaged. */
  readonly made: { readonly recipe: Recipe; readonly version: string } | null;
  readonly warning: string | null;
}

/** Reads the sidecar of a model file; null without one. A damaged one is no reason not to show the model: it gives a warning. */
export function readSidecar(model: string): Sidecar | null {
  const path = sidecarPath(model);
  if (!existsSync(path)) return null;
  try {
    const { layers, recipe, tool } = schema.parse(JSON.parse(readFileSync(path, "utf8")));
    return { layers, made: { recipe, version: tool.version }, warning: null };
  } catch {
    return {
      layers: [],
      made: null,
      warning: `${basename(path)} is damaged and was ignored; quantize again to replace it`,
    };
  }
}

/** Matches what the formats append to the name of a node that they replace. */
const RENAMED = /^(?:_Q\d|_Bnb4|_quant)?(?:_\d+)?$/;

/** The entry for a node (or, without a name, a weight) of the made model. */
export function sidecarLayer(layers: readonly SidecarLayer[], name: string, bits: number): SidecarLayer | null {
  const fits = layers.flatMap((each) =>
    [each.name, ...each.nodes].flatMap((from) =>
      from !== "" && each.bits === bits && name.startsWith(from) && RENAMED.test(name.slice(from.length))
        ? [{ each, length: from.length }]
        : [],
    ),
  );
  return fits.toSorted((a, b) => b.length - a.length)[0]?.each ?? null;
}
