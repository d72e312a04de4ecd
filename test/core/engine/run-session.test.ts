import { describe, expect, it } from "vitest";
import type { Feeds } from "#core/engine/ort.ts";
import { runError } from "#core/engine/run-session.ts";

const feeds = {
  past: { dims: [2, 4, 0, 8] },
  input_ids: { dims: [2, 16] },
  keep: { dims: [] },
} as unknown as Feeds;

describe("runError", () => {
  it.each([
    ["std::bad_alloc", "OUT_OF_MEMORY", "The model ran out of memory with input_ids [2, 16], past [2, 4, 0, 8]"],
    ["Failed to allocate memory for requested buffer", "OUT_OF_MEMORY", "Failed to allocate"],
    ["Got invalid dimensions", "MODEL_UNSUPPORTED", "The model does not run with input_ids [2, 16]"],
    [
      "Gather node. indices element out of data bounds, idx=128 must be within the inclusive range [-128,127]",
      "MODEL_UNSUPPORTED",
      "The model knows tokens 0 to 127, and was given token 128. Its tokenizer has more tokens than the model",
    ],
  ])("tells %j in our words", (message, code, words) => {
    const error = runError(new Error(message), feeds);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect((error.cause as Error).message).toBe(message);
  });
});
