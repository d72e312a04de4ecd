import { LabError } from "#shared/errors.ts";
import type { CellResult, Environment, Results } from "#shared/results.ts";
import type { PlannedCell } from "./plan-cells.ts";
import type { PlannedQuestions } from "./plan-questions.ts";
import type { PlannedTexts } from "./plan-texts.ts";

/** What an interrupted run was begun with. */
interface BegunRun {
  readonly run: Pick<Results["run"], "id" | "environment">;
  readonly cells: readonly Pick<CellResult, "sha256">[];
  readonly questionHashes: readonly string[];
  readonly textSet: Results["textSet"];
}

/**
 * Refuses to finish a run with anything but what it was begun with: its cells could not be compared.
 * @throws LabError SPEC_INVALID naming what has changed
 */
export function refuseChanged(
  { run, cells, questionHashes, textSet }: BegunRun,
  now: {
    readonly cells: readonly PlannedCell[];
    readonly questions: Pick<PlannedQuestions, "sets">;
    readonly texts: PlannedTexts | null;
  },
  { machineId, runtime }: Environment,
): void {
  const refuse = (what: string): never => {
    const message = `${what} has changed since the run ${run.id} began. Start a new run instead.`;
    throw new LabError("SPEC_INVALID", message, { changed: what });
  };
  now.cells.forEach(({ sha256, variant }, index) => {
    if (cells[index]?.sha256 !== sha256) refuse(variant.file);
  });
  now.questions.sets.forEach(({ set }, index) => {
    if (questionHashes[index] !== set.sha256) refuse(set.file);
  });
  if (now.texts && now.texts.sha256 !== textSet?.sha256) refuse(now.texts.file);
  if (machineId !== run.environment.machineId) refuse("The machine");
  if (runtime.onnxruntime !== run.environment.runtime.onnxruntime) refuse("The version of ONNX Runtime");
}
