import { LabError } from "#shared/errors.ts";
import type { TemplateFacts, TokenizerFacts } from "#core/engine/text-facts.ts";
import type { FileWorker } from "./file-worker.ts";

/** Of a model's folder. What hangs or does not fit the memory is a warning like any other: the graphs can be shown all the same. */
export async function textFacts(files: FileWorker, dir: string): Promise<TemplateFacts> {
  const [template, tokenizer] = await Promise.all([
    files.run("describeTemplate", dir).catch((error: unknown) => ({ hasChatTemplate: true, ...warned(error) })),
    files.run("describeTokenizer", dir).catch(warned),
  ]);
  return { ...template, warnings: [...template.warnings, ...tokenizer.warnings] };
}

function warned(error: unknown): TokenizerFacts {
  if (error instanceof LabError && error.code !== "CANCELLED") return { warnings: [error.message] };
  throw error;
}
