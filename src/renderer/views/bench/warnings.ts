/** What may go wrong, said before the button is pressed. */
import type { BenchCell, BenchPlan, BenchSquare } from "#shared/api.ts";
import type { ProbeReport } from "#shared/providers/probe.ts";
import { PROVIDERS } from "#shared/providers/providers.ts";
import { duplicatesNote } from "#shared/verdict/question-notes.ts";
import { type Draft, hasCell } from "./draft.ts";
import { fileSize, memory, predictedMemory } from "./words.ts";

export interface Warning {
  readonly id: string;
  readonly text: string;
}

/** @param probe what was found to work here; null before anyone tried */
export function warningsOf(draft: Draft, plan: BenchPlan, probe: ProbeReport | null): Warning[] {
  // Squares follow the draft at once; what no square stands for, the plan.
  const chosen = [
    ...plan.squares.filter(({ format, provider }) => hasCell(draft, format, provider)),
    ...plan.cells.filter(({ square, state }) => square === null && state !== "cannot"),
  ];
  return [
    ...memoryWarnings(chosen, plan),
    ...diskWarnings(plan),
    ...duplicateWarnings(plan),
    ...providerWarnings(chosen, probe),
  ];
}

type Chosen = Pick<BenchSquare, "provider" | "label" | "prediction"> & Pick<BenchCell, "format">;

function memoryWarnings(chosen: readonly Chosen[], { memoryFreeBytes }: BenchPlan): Warning[] {
  const tooLarge = chosen.filter(({ prediction }) => prediction.fits === false);
  const [first] = [...tooLarge].sort(
    (a, b) => (b.prediction.peakMemoryBytes ?? 0) - (a.prediction.peakMemoryBytes ?? 0),
  );
  if (!first) return [];
  const others = tooLarge.length > 1 ? ` and ${tooLarge.length - 1} more` : "";
  const text =
    `${first.label}${others} may need ${predictedMemory(first.prediction)}; ${memory(memoryFreeBytes)} are free. ` +
    "Close programs, or leave out the largest batch sizes.";
  return [{ id: "memory", text }];
}

function diskWarnings({ totals, diskFreeBytes }: BenchPlan): Warning[] {
  const { makeBytes } = totals;
  if (makeBytes === null || diskFreeBytes === null || makeBytes <= diskFreeBytes) return [];
  const text = `Files of ${fileSize(makeBytes)} are to be made; the data folder's disk has ${fileSize(diskFreeBytes)} free.`;
  return [{ id: "disk", text }];
}

function duplicateWarnings({ totals: { duplicates, questions } }: BenchPlan): Warning[] {
  if (duplicates === 0) return [];
  const text = `${duplicatesNote(duplicates, questions)}. Take the copies out of the set.`;
  return [{ id: "duplicates", text }];
}

function providerWarnings(chosen: readonly Chosen[], probe: ProbeReport | null): Warning[] {
  const untried = new Set<string>();
  const warnings: Warning[] = [];
  for (const { format, provider, label } of chosen) {
    if (provider === "cpu") continue;
    const found = probe?.providers.find((each) => each.provider === provider);
    if (!found) untried.add(PROVIDERS[provider].label);
    const square = found?.squares.find((each) => each.format === format);
    if (square?.status !== "falls back") continue;
    const text = `${label} runs some nodes on the CPU here: its times are not ${PROVIDERS[provider].label}'s alone.`;
    warnings.push({ id: label, text });
  }
  if (untried.size > 0) {
    const names = [...untried].join(" and ");
    warnings.push({ id: "untried", text: `${names} was not tried on this machine yet: those cells may fail.` });
  }
  return warnings;
}
