import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { Handlers } from "#shared/api.ts";
import type { fileRequests } from "#shared/api/files.ts";
import { LabError } from "#shared/errors.ts";
import type { AppParts } from "../app.ts";
import { listFolder } from "../folders.ts";
import { nativeShell } from "./native.ts";

export function fileHandlers({ options, paths, folders }: AppParts): Pick<Handlers, keyof typeof fileRequests> {
  const { shell } = options;
  const granted = (path: string | null): { path: string | null } => {
    if (path !== null) paths.grant(path);
    return { path };
  };
  return {
    "dialog.pickModel": async () => granted(await nativeShell(shell).pickModel()),
    "dialog.pickQuestions": async () => granted(await nativeShell(shell).pickQuestions()),
    "dialog.pickRuns": async () => {
      const picked = await nativeShell(shell).pickRuns();
      for (const path of picked) paths.grant(path);
      return { paths: [...picked] };
    },
    "dialog.save": async ({ fileName, content, encoding }) => {
      const path = await nativeShell(shell).pickTarget(fileName);
      if (path !== null) writeWhole(path, Buffer.from(content, encoding));
      return { path };
    },
    "folders.list": ({ path }) => listFolder(paths, folders(), path),
  };
}

/** @throws LabError OUTPUT_UNWRITABLE, DISK_FULL; nothing is left then */
function writeWhole(path: string, content: Uint8Array): void {
  const partial = `${path}.part`;
  try {
    writeFileSync(partial, content);
    renameSync(partial, path);
  } catch (error) {
    removeQuietly(partial);
    const { code, message } = error as NodeJS.ErrnoException;
    const known = code === "ENOSPC" ? "DISK_FULL" : "OUTPUT_UNWRITABLE";
    throw new LabError(
      known,
      `${path} cannot be written: ${message}. Choose another folder.`,
      { path },
      { cause: error },
    );
  }
}

/** The first failure is the one to tell. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Nothing was written then.
  }
}
