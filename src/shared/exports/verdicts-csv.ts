/** Every verdict with the limits that it was judged by, a row a candidate. */
import type { Results } from "../results.ts";
import { toCsv } from "./csv.ts";
import { DEFAULT_MARGIN_POINTS } from "../verdict/verdict.ts";

const COLUMNS = [
  "run",
  "candidate",
  "reference",
  "answer",
  "sentence",
  "accepted_loss_points",
  "memory_limit_bytes",
  "latency_limit_ms",
] as const;

export function verdictsCsv({ run, comparisons, limits }: Pick<Results, "run" | "comparisons" | "limits">): string {
  const by = [
    limits?.marginPoints ?? DEFAULT_MARGIN_POINTS,
    limits?.peakMemoryBytes ?? null,
    limits?.latencyMs ?? null,
  ];
  const rows = comparisons.map(({ candidate, reference, verdict }) => [
    run.id,
    candidate,
    reference,
    verdict.answer,
    verdict.sentence,
    ...by,
  ]);
  return toCsv([COLUMNS, ...rows]);
}
