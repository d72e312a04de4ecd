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

  /** What transformers 5.24 defines, from either file. */
  it.each([
    [
      "sep, cls, mask and tokens of the model's own",
      { cls_token: "C", mask_token: { content: "M" }, image_token: "I" },
      {},
      "CMI",
    ],
    ["tokens that have names in extra_special_tokens", { extra_special_tokens: { cls_token: "C", x: "X" } }, {}, "CX"],
    ["special_tokens_map.json, which goes before", { cls_token: "C" }, { cls_token: "D", mask_token: "M" }, "DM"],
    [
      "no map where the config lists added tokens",
      { cls_token: "C", added_tokens_decoder: {} },
      { cls_token: "D" },
      "C",
    ],
  ])("gives the template %s", (_, config, map, expected) => {
    const files = {
      "chat_template.jinja": "{{ cls_token }}{{ mask_token }}{{ image_token }}{{ x }}",
      "tokenizer_config.json": JSON.stringify(config),
      "special_tokens_map.json": JSON.stringify(map),
    };
    expect(withFolder(files, loadChatTemplate)?.("hi")).toBe(expected);
  });

  it("leaves tokens that nobody named undefined", () => {
    expect(render("{{ bos_token is defined }}")).toBe("False");
  });

  const named = (chat_template: unknown): string | undefined =>
    withFolder({ "tokenizer_config.json": JSON.stringify({ chat_template }) }, loadChatTemplate)?.("hi");

  it("takes the template named default of several, and guesses none", () => {
    const tool = { name: "tool_use", template: "tool" };
    expect(named([tool, { name: "default", template: "d" }])).toBe("d");
    expect(named({ default: "d", rag: "r" })).toBe("d");
    expect(() => named([tool])).toThrow(
      /tokenizer_config\.json has the chat templates tool_use, and none is named "default"/,
    );
  });

  it.each([
    ["{% for x in messages recursive %}{% endfor %}", "a recursive loop is not supported"],
    ["{{ raise_exception('no system') }}", "no system"],
    ["{{ nothing() }}", "'nothing' is undefined"],
    ["{% for i in range(1000000000) %}{% endfor %}", "Range too big"],
    ["{% if x %}", "unexpected end of template"],
  ])("names the file and the reason: %s", (template, reason) => {
    expect(() => render(template)).toThrow(
      new RegExp(`chat_template\\.jinja: the chat template cannot be used: ${reason}`),
    );
  });
});
