import { statSync } from "node:fs";
import { join } from "node:path";
import type { PromptPreview } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { type ChatTemplate, findChatTemplate, loadChatTemplate } from "#core/engine/chat-template.ts";
import { loadTokenizer, type Tokenizer } from "#core/engine/tokenizer.ts";
import type { Reading } from "#core/files/reading.ts";
import { planChoices } from "./choice-plan.ts";

/** One question as text, and what may follow it. */
export interface PromptToPlan {
  readonly modelDir: string;
  readonly text: string;
  readonly continuations: readonly string[];
  readonly chatTemplate: boolean;
}

export type PlannedPrompt = Pick<
  PromptPreview,
  "prompt" | "promptTokens" | "specialTokens" | "continuations" | "sharedSeam"
>;

/**
 * The prompt as a run would send it, and what it costs in tokens.
 * @throws LabError TOKENIZER_INVALID
 */
export async function planPrompt(asked: PromptToPlan, reading: Reading): Promise<PlannedPrompt> {
  const { modelDir, text, continuations, chatTemplate } = asked;
  await reading(join(modelDir, "tokenizer.json"));
  const tokenizer = keptTokenizer(modelDir);
  const chat = chatTemplate ? await demandedTemplate(modelDir, reading) : null;
  const prompt = chat ? chat(text) : text;
  await reading(join(modelDir, "tokenizer.json"));
  const plan = planChoices(tokenizer, { prompt, continuations, rendered: chat !== null });
  const { before, after } = tokenizer.specialTokens;
  return {
    prompt,
    promptTokens: plan.promptIds.length,
    // A chat template writes its own.
    specialTokens: chat ? { before: [], after: [] } : { before, after },
    continuations: continuations.map((continuation, index) => ({
      text: continuation,
      tokens: plan.sequences[index]!.length - plan.scoredFrom,
    })),
    sharedSeam: plan.sharedSeam,
  };
}

async function demandedTemplate(dir: string, reading: Reading): Promise<ChatTemplate> {
  const found = findChatTemplate(dir);
  if (found) await reading(found.file);
  const template = loadChatTemplate(dir);
  if (template) return template;
  throw new LabError("TOKENIZER_INVALID", `The model in ${dir} has no chat template.`, { folder: dir });
}

let last: { readonly state: string; readonly tokenizer: Tokenizer } | null = null;

/** The one that was used last is kept while its files stay as they are: loading one takes a second. */
function keptTokenizer(dir: string): Tokenizer {
  const files = ["tokenizer.json", "tokenizer_config.json"].map((name) => join(dir, name));
  const state = files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return `${file} ${found?.size} ${found?.mtimeMs}`;
    })
    .join("\n");
  if (last?.state !== state) last = { state, tokenizer: loadTokenizer(dir) };
  return last.tokenizer;
}
