import { join } from "node:path";
import { readJson } from "./json-file.ts";

/** Names that architectures use; ALiBi models state the length that they were trained with. */
const KEYS = ["max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "max_sequence_length", "seq_length"];

/**
 * Most tokens that a sequence may have, by config.json (multimodal models: its text_config) or genai_config.json. Null where
 * none of them says: the graph alone decides then.
 * @throws LabError MODEL_CORRUPT for a file that is no JSON object
 */
export function positionLimit(dir: string): number | null {
  const config = readJson(join(dir, "config.json"), "MODEL_CORRUPT") ?? {};
  const genai = readJson(join(dir, "genai_config.json"), "MODEL_CORRUPT") ?? {};
  return (
    firstPositive(config, KEYS) ??
    firstPositive(config.text_config, KEYS) ??
    firstPositive(genai.model, ["context_length"])
  );
}

function firstPositive(value: unknown, keys: readonly string[]): number | null {
  if (typeof value !== "object" || value === null) return null;
  const found = keys.map((key) => (value as Record<string, unknown>)[key]);
  return found.find((limit): limit is number => Number.isInteger(limit) && (limit as number) > 0) ?? null;
}
