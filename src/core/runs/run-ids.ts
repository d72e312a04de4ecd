import { randomInt } from "node:crypto";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { logProblem } from "#core/system/problems.ts";

/**
 * Where an unfinished run keeps what its cells compare with. Ids may come from an imported file.
 * @throws LabError PATH_REFUSED for one that would lead elsewhere
 */
export function scratchFolder(scratchDir: string, runId: string): string {
  if (basename(runId) === runId && !/^\.|[\\\0]/.test(runId) && runId !== "") return join(scratchDir, runId);
  throw new LabError("PATH_REFUSED", `${JSON.stringify(runId.slice(0, 80))} is no run id that a folder can have.`);
}

/** Removes what the cells of a run that was deleted were compared with. A folder that cannot be removed stays; the log says so. */
export function removeScratch(scratchDir: string, runId: string): void {
  try {
    rmSync(scratchFolder(scratchDir, runId), { recursive: true, force: true });
  } catch (error) {
    logProblem(`Could not remove the scratch folder of the run ${runId}`, error);
  }
}

/** A cell of a run, by its index in the spec. */
export function cellId(runId: string, index: number): string {
  return `${runId}/${index + 1}`;
}

/** Sorts by time and is short enough to type: `20261121-143205-k3f9`. */
export function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${time}-${randomInt(36 ** 4)
    .toString(36)
    .padStart(4, "0")}`;
}
