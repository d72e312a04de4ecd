import type { Command } from "commander";
import { megabytes } from "#shared/format-numbers.ts";
import { ModelLibrary } from "#core/app/libraries/model-library.ts";
import { labHome, openLab } from "#core/app/open-lab.ts";
import { labToRead } from "../lab-to-read.ts";
import { alignTable } from "../text.ts";
import { print, printJson } from "../print.ts";

interface LibraryOptions {
  readonly home?: string;
  readonly name?: string;
  readonly json?: boolean;
}

/** `models add`, `models list`, `models remove`: the names by which other commands and the app know model folders. */
export function addLibrary(models: Command): void {
  models
    .command("add")
    .description("keep a model folder under a name, which other commands take in its place")
    .argument("<dir>", "model folder")
    .option("--name <name>", "name (default: the folder's)")
    .option("--json", "print JSON")
    .action((dir: string, _options: unknown, command: Command) => {
      const { json, name } = command.optsWithGlobals<LibraryOptions>();
      const entry = withLibrary(command, (library) => library.add(dir, name));
      if (json) printJson(entry);
      else print(`${entry.name}  ${entry.folder}\n`);
    });
  models
    .command("list")
    .description("the models that are kept, and the bundled one")
    .option("--json", "print JSON")
    .action((_options: unknown, command: Command) => {
      const { home, json } = command.optsWithGlobals<LibraryOptions>();
      using lab = labToRead(home);
      const entries = new ModelLibrary(lab.db).list();
      if (json) printJson(entries);
      else print(`${alignTable(listTable(entries))}\n`);
    });
  models
    .command("remove")
    .description("forget a model; its folder stays as it is")
    .argument("<model>", "name or folder")
    .action((model: string, _options: unknown, command: Command) => {
      withLibrary(command, (library) => {
        library.remove(model);
      });
    });
}

function withLibrary<T>(command: Command, use: (library: ModelLibrary) => T): T {
  using lab = openLab(labHome(command.optsWithGlobals<LibraryOptions>().home));
  return use(new ModelLibrary(lab.db));
}

function listTable(entries: ReturnType<ModelLibrary["list"]>): Parameters<typeof alignTable>[0] {
  return {
    header: ["name", "formats", "size", "folder"],
    units: ["", "", "MB", ""],
    rows: entries.map(({ name, folder, present, summary }) => [
      name,
      summary?.formats.join(" ") ?? "–",
      summary ? megabytes(summary.bytes) : "–",
      present ? folder : `${folder} (not there)`,
    ]),
  };
}
