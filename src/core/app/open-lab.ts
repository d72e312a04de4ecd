import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { type Db, openDatabase } from "#core/store/database.ts";
import { failAbandonedRuns } from "#core/store/write-run.ts";
import { isAlive } from "#core/system/process-identity.ts";
import { removeAbandoned } from "#core/system/temporary.ts";
import { temporaryDir } from "./lab-home.ts";

export { isAlive } from "#core/system/process-identity.ts";
export { labHome } from "./lab-home.ts";

/** An opened data folder: the store, and where made files go. */
export interface Lab extends Disposable {
  readonly home: string;
  readonly db: Db;
  /** Where variants that runs need are made: the model's own folder stays as it is. */
  readonly variantsDir: string;
  /** Where unfinished runs keep what their cells compare with. */
  readonly scratchDir: string;
  /** Where this process and its children have their temporary files. */
  readonly temporaryDir: string;
}

/** @throws LabError STORE_* when the folder or its database cannot be used */
export function openLab(home: string): Lab {
  try {
    makeFolders(home);
  } catch (error) {
    throw new LabError(
      "STORE_UNUSABLE",
      `${home} cannot be used as the data folder: ${(error as Error).message}. Choose another with --home or QUANTSCOPE_HOME.`,
      { home },
      { cause: error },
    );
  }
  const db = openDatabase(join(home, "quantscope.db"));
  failAbandonedRuns(db);
  removeAbandoned(temporaryDir(home), isAlive);
  return {
    home,
    db,
    variantsDir: join(home, "variants"),
    scratchDir: join(home, "scratch"),
    temporaryDir: temporaryDir(home),
    [Symbol.dispose]: () => {
      db.close();
    },
  };
}

/** Makes a folder and those above it. Node's own recursive form never returns below /proc, where a folder cannot be made. */
function makeFolders(dir: string): void {
  if (existsSync(dir)) return;
  const parent = dirname(dir);
  if (parent !== dir) makeFolders(parent);
  mkdirSync(dir);
}
