import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { positionLimit } from "#core/models/position-limit.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function limitOf(files: Record<string, unknown>): number | null {
  const dir = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(dir, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return positionLimit(dir);
}

describe("positionLimit", () => {
  it.each([
    ["Llama and most others", { max_position_embeddings: 2048 }, 2048],
    ["GPT-2", { n_positions: 1024, n_ctx: 512 }, 1024],
    ["GPT-J", { n_ctx: 512 }, 512],
    ["MPT", { max_seq_len: 4096 }, 4096],
    ["Bloom", { seq_length: 2048 }, 2048],
    ["Gemma 3 with images", { text_config: { max_position_embeddings: 8192 } }, 8192],
  ])("reads config.json of %s", (_, config, limit) => {
    expect(limitOf({ "config.json": config })).toBe(limit);
  });

  it("reads genai_config.json where config.json does not say", () => {
    const genai = { model: { context_length: 131072 } };
    expect(limitOf({ "genai_config.json": genai })).toBe(131072);
    expect(limitOf({ "config.json": {}, "genai_config.json": genai })).toBe(131072);
    expect(limitOf({ "config.json": { n_ctx: 256 }, "genai_config.json": genai })).toBe(256);
  });

  it.each([{}, { n_positions: null }, { max_position_embeddings: "many" }, { n_ctx: 0 }, { text_config: null }])(
    "is null where nothing says: %j",
    (config) => {
      expect(limitOf({ "config.json": config })).toBeNull();
    },
  );

  it("is null without files", () => {
    expect(limitOf({})).toBeNull();
  });

  it("refuses a broken file", () => {
    expect(() => limitOf({ "config.json": "{" })).toThrow(expect.objectContaining({ code: "MODEL_CORRUPT" }) as Error);
  });
});
