import { describe, expect, it } from "vitest";
import { loadChatTemplate } from "#core/engine/chat-template.ts";
import { withFolder } from "./tokenizer-folder.ts";

const render = (template: string, config: object = {}): string | undefined =>
  withFolder(
    { "chat_template.jinja": template, "tokenizer_config.json": JSON.stringify(config) },
    loadChatTemplate,
  )?.("hi");

describe("loadChatTemplate", () => {
  it("defines tools and documents as none, as transformers does", () => {
    const template = "{% if tools is not none or documents is not none %}tools {% endif %}{{ messages[0].content }}";
    expect(render(template)).toBe("hi");
  });

  it("gives the template the special tokens, written as text or as objects", () => {
    const config = { bos_token: "<s>", eos_token: { content: "</s>" }, unk_token: null };
    expect(render("{{ bos_token }}{{ messages[0]['content'] }}{{ eos_token }}{{ unk_token }}", config)).toBe(
      "<s>hi</s>",
    );
  });

  it("is null where the model has no template", () => {
    expect(withFolder({}, loadChatTemplate)).toBeNull();
  });
});
