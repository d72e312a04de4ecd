import { statSync } from "node:fs";

/**
 * The folder that a model argument means: a folder, or a name in the library.
 * @throws LabError MODEL_NOT_FOUND with the names that there are; STORE_* where the library cannot be read
 */
export async function modelFolder(argument: string, home: string | undefined): Promise<string> {
  if (statSync(argument, { throwIfNoEntry: false })?.isDirectory() || /[\\/]/.test(argument)) return argument;
  // Only now: a command that names a folder needs no store, and starts without it.
  const [{ ModelLibrary, resolveModel }, { labToRead }] = await Promise.all([
    import("#core/app/libraries/model-library.ts"),
    import("./lab-to-read.ts"),
  ]);
  using lab = labToRead(home);
  return resolveModel(new ModelLibrary(lab.db), argument);
}
