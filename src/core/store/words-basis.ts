import type { CellResult, WordsBasis } from "#shared/results.ts";
import { roundsActivations } from "#core/engine/arithmetic.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";

/**
 * Where a cell's words per minute come from. Runs that kept no ids of answers were measured by versions that wrote the answers of
 * formats with rounded activations beside a second session, whose idle threads took the cores.
 */
export function wordsBasis(
  facts: Pick<GraphFacts, "dynamicQuantization" | "accuracyLevel" | "format">,
  { replays, benchmark, generations }: Pick<CellResult, "replays" | "benchmark" | "generations">,
): WordsBasis | null {
  if (replays.length > 0) return "replayed";
  const answers = benchmark.find(({ mode }) => mode === "generate");
  const rates = [answers?.wordsPerMinute, ...generations.map(({ wordsPerMinute }) => wordsPerMinute)];
  if (rates.every((rate) => rate == null)) return null;
  const keptIds = answers?.answers.some(({ tokenIds }) => tokenIds !== null) === true;
  return roundsActivations(facts) && !keptIds ? "disturbed" : "once";
}
