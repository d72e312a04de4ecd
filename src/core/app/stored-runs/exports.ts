/**
 * Runs and the store as files. The desktop app asks where and writes there; a browser gets an address to fetch the file from.
 * Everything large is made in the reader's child.
 */
import { rmSync } from "node:fs";
import type { Exported } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { type ExportFormat, EXPORTS, severalRunsExport } from "#shared/exports/formats.ts";
import type { Limits } from "#shared/results.ts";
import { safeName } from "#core/bundles/export-bundle.ts";
import { writeWhole } from "#core/reports/write-files.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { isRunning } from "#core/store/history-run.ts";
import type { Downloads } from "../files/downloads.ts";
import type { NativeShell } from "../native-shell.ts";
import type { Lab } from "../open-lab.ts";
import type { RunReader } from "./run-reader.ts";
import type { Written } from "./write-export.ts";

interface ExportsOptions {
  readonly lab: Pick<Lab, "db">;
  readonly shell: Pick<NativeShell, "pickTarget" | "printPdf"> | null;
  readonly stored: Pick<RunReader, "run">;
  readonly downloads: Pick<Downloads, "place" | "offer">;
}

interface Target {
  readonly fileName: string;
  readonly mediaType: string;
}

export class Exports {
  readonly #options: ExportsOptions;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /** @throws LabError RUN_NOT_FOUND before anything is asked, and as writeExport */
  async runs(asked: readonly string[], format: ExportFormat, limits: Limits): Promise<Exported> {
    const ids = this.#exportable(asked, format);
    const exported = format === "pdf" ? await this.#pdf(ids, limits) : await this.#files(ids, format, limits);
    return { ...exported, left: asked.length - ids.length };
  }

  /** @throws LabError OUTPUT_UNWRITABLE, DISK_FULL */
  backup(): Promise<Exported> {
    const day = new Date().toISOString().slice(0, 10);
    const target = { fileName: `quantscope-${day}.db`, mediaType: "application/vnd.sqlite3" };
    return this.#deliver(target, (path) => this.#options.stored.run("writeBackup", { backup: path }));
  }

  /** A bundle is of a run that has ended: of several runs those that go on are left out. */
  #exportable(asked: readonly string[], format: ExportFormat): string[] {
    const { db } = this.#options.lab;
    const ids = [...new Set(asked)];
    const missing = ids.find((id) => !hasRun(db, id));
    if (missing !== undefined) throw new LabError("RUN_NOT_FOUND", `There is no run "${missing}".`, { id: missing });
    if (format !== "qsrun") return ids;
    const ended = ids.filter((id) => !isRunning(db, id));
    if (ended.length > 0) return ended;
    throw new LabError("RUN_BUSY", "The run is being measured right now. Export it as a bundle when it has ended.");
  }

  #files(ids: readonly string[], format: Exclude<ExportFormat, "pdf">, limits: Limits): Promise<Exported> {
    const target = targetOf(ids, format);
    return this.#deliver(target, (path) => this.#options.stored.run("writeExport", { ids, format, limits, path }));
  }

  /** The desktop app prints the HTML report; a browser shows it, and its own dialog prints. */
  async #pdf(ids: readonly string[], limits: Limits): Promise<Exported> {
    const { shell, stored, downloads } = this.#options;
    if (ids.length > 1) {
      throw new LabError(
        "NOT_AVAILABLE",
        "One report is printed at a time: open the run's result, and export it there.",
      );
    }
    const html = downloads.place(".html");
    const write = (): Promise<Written> => stored.run("writeExport", { ids, format: "html", limits, path: html });
    if (!shell) {
      const { bytes } = await write();
      const url = downloads.offer({ ...targetOf(ids, "html"), file: html, shown: true });
      return { how: "print", url, bytes, left: 0 };
    }
    return this.#deliver(targetOf(ids, "pdf"), async (path) => {
      try {
        await write();
        const pdf = await shell.printPdf(html);
        return { bytes: writeWhole(path, pdf, "Choose another folder.") };
      } finally {
        rmSync(html, { force: true });
      }
    });
  }

  async #deliver(target: Target, write: (path: string) => Promise<Written>): Promise<Exported> {
    const { shell, downloads } = this.#options;
    if (shell) {
      const path = await shell.pickTarget(target.fileName);
      if (path === null) return { how: "cancelled", left: 0 };
      return { how: "saved", path, ...(await write(path)), left: 0 };
    }
    const file = downloads.place();
    const { bytes } = await write(file);
    const url = downloads.offer({ ...target, file, shown: false });
    return { how: "download", url, fileName: target.fileName, bytes, left: 0 };
  }
}

function targetOf(ids: readonly string[], format: ExportFormat): Target {
  const [only] = ids;
  if (ids.length > 1) {
    const { ending, mediaType } = severalRunsExport(format);
    return { fileName: `quantscope-${ids.length}-runs${ending}`, mediaType };
  }
  const { ending, mediaType } = EXPORTS[format];
  return { fileName: `quantscope-${safeName(only!)}${ending}`, mediaType };
}
