import { createHash } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import { LabError } from "#shared/errors.ts";
import type { Db } from "#core/store/database.ts";
import { readWholeRun } from "#core/store/read-whole-run.ts";
import { readAnnotations } from "./annotations.ts";
import type { ReportFile } from "#core/reports/write-files.ts";
import { appVersion } from "#core/system/app-version.ts";
import { BUNDLE_VERSION, MANIFEST, type Manifest } from "./document.ts";
import { NO_TIME } from "./zip-file.ts";

/**
 * A stored run as one file for another machine: raw samples, questions, what the files are, and what its user wrote to it.
 * Statistics are derived there.
 * @throws LabError RUN_NOT_FOUND, RUN_BUSY for a run that goes on
 */
export function exportBundle(db: Db, runId: string): ReportFile & { readonly content: Uint8Array } {
  const { stored, questionSets, facts } = readWholeRun(db, runId);
  if (stored.run.status === "running") {
    throw new LabError("RUN_BUSY", `The run ${runId} is being measured right now. Export it when it has ended.`, {
      runId,
    });
  }
  const files = {
    "run.json": strToU8(
      JSON.stringify({ results: { schemaVersion: 1, ...stored }, facts, user: readAnnotations(db, runId) }),
    ),
    "questions.json": strToU8(JSON.stringify(questionSets)),
  };
  const manifest: Manifest = {
    schemaVersion: BUNDLE_VERSION,
    kind: "quantscope-run",
    runId,
    createdAt: new Date().toISOString(),
    app: appVersion(),
    files: { "run.json": described(files["run.json"]), "questions.json": described(files["questions.json"]) },
  };
  const zip = zipSync(
    { [MANIFEST]: strToU8(`${JSON.stringify(manifest, null, 2)}\n`), ...files },
    { level: 6, mtime: NO_TIME },
  );
  return { name: `quantscope-${safeName(runId)}.qsrun`, content: zip };
}

function described(bytes: Uint8Array): { bytes: number; sha256: string } {
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** File systems take 255 bytes, endings included. */
const LONGEST_NAME = 100;

/** An id may come from an imported file: as a name that every file system takes and that leads nowhere. */
export function safeName(runId: string): string {
  return (
    runId
      .replaceAll(/[^\w.-]+/g, "_")
      .replace(/^\.+/, "_")
      .slice(0, LONGEST_NAME) || "run"
  );
}
