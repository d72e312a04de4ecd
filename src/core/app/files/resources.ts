import { join } from "node:path";
import { BUNDLED_SET } from "#shared/bundled-questions.ts";
import { appRoot } from "#core/system/app-version.ts";

interface DemoResources {
  readonly model: string;
  readonly questions: string;
  readonly prompts: string;
  /** Running text for perplexity. */
  readonly text: string;
}

/** The bundled model, questions, prompts and text, opened by the same code as a user's own. */
export function demoResources(): DemoResources {
  const resources = join(appRoot(), "resources");
  return {
    model: join(resources, "models", "demo"),
    questions: join(resources, "questions", `${BUNDLED_SET}.csv`),
    prompts: join(resources, "prompts", "demo.txt"),
    text: join(resources, "texts", "demo.txt"),
  };
}

/** The font of pictures that are drawn without a window: one file a weight. */
export function pictureFonts(): string[] {
  const fonts = join(appRoot(), "resources", "fonts");
  return ["Regular", "SemiBold"].map((weight) => join(fonts, `IBMPlexSans-${weight}.ttf`));
}
