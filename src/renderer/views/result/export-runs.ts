/** What becomes of a file that was asked for: saved already, fetched by the browser, or printed from a tab of its own. */
import type { Exported } from "#shared/api.ts";
import { assertNever } from "#shared/assert-never.ts";
import { EXPORT_FORMATS, EXPORTS, type ExportFormat } from "#shared/exports/formats.ts";
import { plural } from "#shared/format-numbers.ts";
import { printFrom, saveFrom } from "../../format/save.ts";
import type { App } from "../../stores/app.ts";
import { ExportsStore } from "../../stores/exports.ts";
import { LIMITS_KEY, readLimits } from "./limits.ts";

type Parts = Pick<App, "preferences" | "store" | "toasts">;

/** Where the window keeps the format that was chosen last. */
export const FORMAT_KEY = "export.format";

export function readFormat(kept: unknown): ExportFormat {
  return EXPORT_FORMATS.find((format) => format === kept) ?? "html";
}

/** What the format is for, where it is not the same in a browser as in the desktop app. */
export function purposeOf(format: ExportFormat, inBrowser: boolean): string {
  return format === "pdf" && inBrowser
    ? "Opens the same report in a new tab with the browser's print dialog; choose “Save as PDF” there."
    : EXPORTS[format].purpose;
}

/** Why a format cannot be chosen now, by format. */
export function unavailable(runs: number, running: boolean): Readonly<Partial<Record<ExportFormat, string>>> {
  return {
    ...(runs > 1 && { pdf: "One report at a time: open the run's result, and export it there." }),
    ...(running && { qsrun: "A bundle is of a run that has ended, and this one is being measured." }),
  };
}

/**
 * Verdicts in the file are by the window's limits, as on the page.
 * @returns false where the user closed the system's dialog
 * @throws LabError as the request
 */
export async function exportRuns(app: Parts, ids: readonly string[], format: ExportFormat): Promise<boolean> {
  const limits = readLimits(app.preferences.ofView(LIMITS_KEY, null));
  return deliver(app, await app.store(ExportsStore).runs(ids, format, limits));
}

export async function exportEverything(app: Parts): Promise<boolean> {
  return deliver(app, await app.store(ExportsStore).everyRun());
}

export async function saveBackup(app: Parts): Promise<boolean> {
  return deliver(app, await app.store(ExportsStore).backup());
}

function deliver({ toasts }: Parts, exported: Exported): boolean {
  const left =
    exported.left === 0
      ? ""
      : `${plural(exported.left, "run")} that ${exported.left === 1 ? "is" : "are"} being measured stayed out.`;
  switch (exported.how) {
    case "cancelled":
      return false;
    case "saved":
      toasts.show({ kind: "done", title: "Saved", message: [exported.path, left].filter(Boolean).join(". ") });
      return true;
    case "download":
      saveFrom(exported.url, exported.fileName);
      if (left !== "") toasts.show({ title: "Exported without some", message: left });
      return true;
    case "print": {
      const { url } = exported;
      if (printFrom(url)) return true;
      toasts.show({
        title: "The report is ready to print",
        message: "The browser did not let it open by itself.",
        action: { label: "Open it", run: () => void printFrom(url) },
      });
      return true;
    }
    default:
      return assertNever(exported);
  }
}
