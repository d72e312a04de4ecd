import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import type { FolderListing } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { byName } from "#shared/natural-order.ts";
import type { PathGuard } from "./path-guard.ts";

const MOST_ENTRIES = 1000;
const QUESTION_FILES = new Set([".csv", ".json", ".jsonl", ".parquet"]);
const MODEL_FILE = /^(model|decoder_model).*\.onnx$/;

/**
 * What can be chosen in a folder.
 * @param path default: the home folder
 * @throws LabError PATH_REFUSED, for what cannot be read too: whoever asks learns nothing of it
 */
export function listFolder(guard: PathGuard, roots: readonly string[], path = homedir()): FolderListing {
  const folder = guard.check(path);
  let names;
  try {
    names = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new LabError("PATH_REFUSED", `${path} cannot be listed (${code}).`, { path });
  }
  const entries = names
    .filter(({ name }) => !name.startsWith("."))
    .flatMap((entry): FolderListing["entries"] => {
      const full = join(folder, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && guard.allows(full))) {
        const kind = holdsModel(full);
        if (kind !== null) return [{ name: entry.name, path: full, kind }];
      }
      const isQuestions = entry.isFile() && QUESTION_FILES.has(extname(entry.name).toLowerCase());
      return isQuestions ? [{ name: entry.name, path: full, kind: "questions" }] : [];
    })
    .sort((a, b) => Number(a.kind === "questions") - Number(b.kind === "questions") || byName(a.name, b.name));
  const parent = dirname(folder);
  return {
    path: folder,
    parent: parent !== folder && guard.allows(parent) ? parent : null,
    roots: [...new Set([homedir(), ...roots])].map((root) => ({ name: basename(root) || root, path: root })),
    entries: entries.slice(0, MOST_ENTRIES),
    cut: entries.length > MOST_ENTRIES,
  };
}

/** Null where it is no folder, or may not be read. */
function holdsModel(folder: string): "folder" | "model" | null {
  try {
    const names = readdirSync(folder);
    if (names.some((name) => MODEL_FILE.test(name))) return "model";
    const inside = names.includes("onnx") ? readdirSync(join(folder, "onnx")) : [];
    return inside.some((name) => MODEL_FILE.test(name)) ? "model" : "folder";
  } catch {
    return null;
  }
}
