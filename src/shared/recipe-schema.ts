/** The recipe as a part of specs, requests and stored files, by the table of recipe.ts. */
import { z } from "zod";
import { FORMAT_IDS } from "./formats/formats.ts";
import { type LayerRecipe, type Recipe, RECIPE_OPTIONS, type RecipeRule } from "./recipe.ts";

const shape = {
  format: z.enum(FORMAT_IDS),
  ...Object.fromEntries(
    Object.entries<RecipeRule>(RECIPE_OPTIONS).map(([name, rule]) => [name, schemaOf(rule).optional()]),
  ),
};

const layerRecipeSchema = z.strictObject(shape) as z.ZodType<LayerRecipe, LayerRecipe>;

export const recipeSchema = z.strictObject({
  ...shape,
  layers: z.record(z.string().min(1), layerRecipeSchema).optional(),
}) as z.ZodType<Recipe, Recipe>;

function schemaOf(rule: RecipeRule): z.ZodType {
  if (rule === "flag") return z.boolean();
  if (rule === "names") return z.array(z.string().min(1));
  return rule.every((value) => typeof value === "string") ? z.enum(rule) : z.literal([...rule]);
}
