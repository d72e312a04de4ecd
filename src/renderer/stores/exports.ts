import type { Exported } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import type { Limits } from "#shared/results.ts";
import type { ExportFormat } from "#shared/exports/formats.ts";
import type { Lab } from "./bridge.ts";

/** Asks for runs and the store as files. */
export class ExportsStore {
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  runs(ids: readonly string[], format: ExportFormat, limits?: Limits): Promise<Exported> {
    return this.#lab.request("runs.export", { ids: [...ids], format, ...limits });
  }

  /** Every stored run that has ended, as a bundle. LabError NOT_AVAILABLE where there is none. */
  async everyRun(): Promise<Exported> {
    const { ids } = await this.#lab.request("history.ids", { filter: {} });
    if (ids.length === 0) throw new LabError("NOT_AVAILABLE", "There is no run to export yet.");
    return this.runs(ids, "qsrun");
  }

  backup(): Promise<Exported> {
    return this.#lab.request("runs.backup", {});
  }
}
