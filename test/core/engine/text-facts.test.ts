import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeTemplate, describeTokenizer } from "#core/engine/text-facts.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const beginning = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [],
  special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
};

function folderOf(config: object, post_processor: object | null): string {
  const folder = join(temporaryFolder(), "model");
  mkdirSync(folder);
  const model = { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" };
  const added_tokens = [{ id: 1, content: "<s>", special: true }];
  const tokenizer = { model, post_processor, added_tokens, normalizer: null, pre_tokenizer: null, decoder: null };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ bos_token: "<s>", ...config }));
  return folder;
}

const reading = () => Promise.resolve();

describe("describeTokenizer", () => {
  it.each([
    [{ add_bos_token: true }, null, "says add_bos_token: true, but tokenizer.json puts no bos_token before a text"],
    [{ add_bos_token: false }, beginning, "says add_bos_token: false, but tokenizer.json puts <s> before a text"],
    [{ add_eos_token: true }, beginning, "says add_eos_token: true, but tokenizer.json puts no eos_token after a text"],
  ])("says where the config and the prompt disagree: %j", async (config, post, expected) => {
    const { warnings } = await describeTokenizer(folderOf(config, post), reading);
    expect(warnings).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    [{ add_bos_token: true }, beginning],
    [{ add_bos_token: false }, null],
    [{}, beginning],
  ])("says nothing where they agree: %j", async (config, post) => {
    expect(await describeTokenizer(folderOf(config, post), reading)).toEqual({ warnings: [] });
  });
});

describe("describeTemplate", () => {
  it("tells whether there is one, and why it cannot be used", async () => {
    expect(await describeTemplate(folderOf({}, null), reading)).toEqual({ hasChatTemplate: false, warnings: [] });
    const { hasChatTemplate, warnings } = await describeTemplate(
      folderOf({ chat_template: "{% if %}" }, null),
      reading,
    );
    expect(hasChatTemplate).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/tokenizer_config\.json: the chat template cannot be used/)]);
  });
});
