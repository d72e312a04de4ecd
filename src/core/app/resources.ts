import { join } from "node:path";
import { appRoot } from "#core/system/app-version.ts";

/** The bundled model, question sets and prompts, opened by the same code as a user's own. */
export function demoResources(): { model: string; questions: string; fewQuestions: string; prompts: string } {
  const resources = join(appRoot(), "resources");
  return {
    model: join(resources, "models", "demo"),
    questions: join(resources, "questions", "demo-large.csv"),
    fewQuestions: join(resources, "questions", "demo.csv"),
    prompts: join(resources, "prompts", "demo.txt"),
  };
}
