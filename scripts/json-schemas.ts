import { z } from "zod";
import { resultsSchema } from "#shared/results.ts";
import { specSchema } from "#shared/spec.ts";

/** JSON Schemas of what other programs read and write, by file name. */
export function jsonSchemas(): Record<"results" | "spec", unknown> {
  // As input: that is what a spec's author writes, defaults left out.
  const options = { io: "input", unrepresentable: "any" } as const;
  return { results: z.toJSONSchema(resultsSchema, options), spec: z.toJSONSchema(specSchema, options) };
}
