import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { readJson } from "#core/models/json-file.ts";
import { compileTemplate } from "./jinja/template.ts";
import { specialTokens } from "./special-tokens.ts";

/** Renders one user message as the model was taught to read it, up to where the assistant begins. */
export type ChatTemplate = (userMessage: string) => string;

/**
 * The model's chat template, as transformers finds and renders it. Null where the model has none.
 * @throws LabError TOKENIZER_INVALID naming its file when there is one that cannot be used
 */
export function loadChatTemplate(dir: string): ChatTemplate | null {
  const found = findChatTemplate(dir);
  if (found === null) return null;
  const { file, source } = found;
  const tokens = specialTokens(dir);
  try {
    const template = compileTemplate(source);
    const render: ChatTemplate = (userMessage) =>
      template({
        messages: [{ role: "user", content: userMessage }],
        // transformers defines both as None, which templates ask for with `is not none`
        tools: null,
        documents: null,
        add_generation_prompt: true,
        ...tokens,
      });
    render("a");
    return render;
  } catch (error) {
    throw new LabError(
      "TOKENIZER_INVALID",
      `${file}: the chat template cannot be used: ${(error as Error).message.replace(/\.$/, "")}.`,
      { file },
      { cause: error },
    );
  }
}

/**
 * Where it is and what it says: `chat_template.jinja`, else `chat_template` of tokenizer_config.json, else
 * `chat_template.json` (the three places Hugging Face uses). Null where the model has none.
 */
export function findChatTemplate(dir: string): { readonly file: string; readonly source: string } | null {
  const own = join(dir, "chat_template.jinja");
  if (existsSync(own)) return { file: own, source: readFileSync(own, "utf8") };
  for (const name of ["tokenizer_config.json", "chat_template.json"]) {
    const file = join(dir, name);
    const source = templateOf(readJson(file, "TOKENIZER_INVALID") ?? {}, file);
    if (source !== null) return { file, source };
  }
  return null;
}

/**
 * A template, or the one named "default" of named ones.
 * @throws LabError TOKENIZER_INVALID where there are several and none is the default: which one is meant is not guessed
 */
function templateOf({ chat_template: value }: Readonly<Record<string, unknown>>, file: string): string | null {
  if (typeof value === "string") return value;
  const named: Record<string, unknown> = Array.isArray(value)
    ? Object.fromEntries((value as { name: string; template: unknown }[]).map(({ name, template }) => [name, template]))
    : ((value ?? {}) as Record<string, unknown>);
  if (typeof named.default === "string") return named.default;
  const names = Object.keys(named);
  if (names.length === 0) return null;
  throw new LabError(
    "TOKENIZER_INVALID",
    `${file} has the chat templates ${names.join(", ")}, and none is named "default". Rename the one that is meant.`,
    { file },
  );
}
