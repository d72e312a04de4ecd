import { Template } from "@huggingface/jinja";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { readJson } from "#core/models/json-file.ts";

/** Renders one user message as the model was taught to read it, up to where the assistant begins. */
export type ChatTemplate = (userMessage: string) => string;

/**
 * The model's chat template: `chat_template.jinja`, else `chat_template` of tokenizer_config.json, else
 * `chat_template.json` (the three places Hugging Face uses). Null where the model has none.
 * @throws LabError TOKENIZER_INVALID when there is one that cannot be parsed
 */
export function loadChatTemplate(dir: string): ChatTemplate | null {
  const found = findChatTemplate(dir);
  if (found === null) return null;
  const { file, source } = found;
  const config = readJson(join(dir, "tokenizer_config.json"), "TOKENIZER_INVALID") ?? {};
  const tokens = Object.fromEntries(
    ["bos_token", "eos_token", "unk_token", "pad_token"].map((key) => [key, tokenText(config[key])]),
  );
  const render = (template: Template, userMessage: string): string =>
    template.render({
      messages: [{ role: "user", content: userMessage }],
      add_generation_prompt: true,
      // transformers defines both as None, which templates ask for with `is not none`
      tools: null,
      documents: null,
      ...tokens,
    });
  try {
    const template = new Template(source);
    render(template, "a");
    return (userMessage) => render(template, userMessage);
  } catch (error) {
    throw new LabError("TOKENIZER_INVALID", `${file}: the chat template cannot be used: ${(error as Error).message}.`, {
      file,
    });
  }
}

/** Where it is and what it says; null where the model has none. */
export function findChatTemplate(dir: string): { readonly file: string; readonly source: string } | null {
  const own = join(dir, "chat_template.jinja");
  if (existsSync(own)) return { file: own, source: readFileSync(own, "utf8") };
  for (const name of ["tokenizer_config.json", "chat_template.json"]) {
    const file = join(dir, name);
    const source = templateOf(readJson(file, "TOKENIZER_INVALID") ?? {});
    if (source !== null) return { file, source };
  }
  return null;
}

/** A template, or the one named "default" of a list of named ones. */
function templateOf(config: Record<string, unknown>): string | null {
  const value = config.chat_template;
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const entries = value as { name?: unknown; template?: unknown }[];
  const entry = entries.find(({ name }) => name === "default") ?? entries[0];
  return typeof entry?.template === "string" ? entry.template : null;
}

/** Tokens are written as text or as an AddedToken object. */
export function tokenText(value: unknown): string {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : "";
}
