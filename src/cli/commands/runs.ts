import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { duration, elapsedMs } from "#shared/format-numbers.ts";
import { labHome, openLab } from "#core/app/open-lab.ts";
import { removeScratch } from "#core/runs/run-ids.ts";
import { deleteRun, renameRun } from "#core/store/edit-run.ts";
import { countRuns, listRuns, readRun } from "#core/store/read-run.ts";
import { changeTags, readTags } from "#core/store/tags.ts";
import { labToRead } from "../lab-to-read.ts";
import { addLimitOptions, type LimitOptions, limitsOf } from "../limit-options.ts";
import { humanReport } from "../measure-and-report.ts";
import { addCompare } from "./compare.ts";
import { alignTable } from "../text.ts";
import { parseInteger } from "../parse-integer.ts";
import { print, printJson, say } from "../print.ts";

interface Common {
  home?: string;
  json?: boolean;
}

export function addRuns(program: Command): void {
  const runs = program.command("runs").description("the runs that are stored");
  runs
    .command("list")
    .description("list runs, the newest first")
    .option("--limit <n>", "how many", "50")
    .option("--json", "print JSON")
    .action((options: { limit: string }, command: Command) => {
      const { home, json } = command.optsWithGlobals<Common>();
      const limit = parseInteger("--limit", options.limit);
      using lab = labToRead(home);
      const rows = listRuns(lab.db, { limit, offset: 0 });
      if (json) {
        printJson({ total: countRuns(lab.db), runs: rows });
        return;
      }
      if (rows.length === 0) {
        say(`No runs in ${lab.home} yet. Make one: quantscope demo\n`);
        return;
      }
      const table = {
        header: ["run", "name", "model", "status", "cells", "started", "took"],
        units: ["", "", "", "", "done/all", "", ""],
        rows: rows.map((run) => [
          run.id,
          run.name,
          run.model,
          run.status,
          `${run.cellsDone}/${run.cells}`,
          run.startedAt.slice(0, 16).replace("T", " "),
          duration(elapsedMs(run.startedAt, run.finishedAt) ?? NaN),
        ]),
      };
      print(`${alignTable(table)}\n`);
    });
  const show = runs
    .command("show")
    .description("show one run: its table and verdicts")
    .argument("<run>", "run id")
    .option("--json", "print results.json");
  addLimitOptions(show).action((id: string, options: LimitOptions, command: Command) => {
    const { home, json } = command.optsWithGlobals<Common>();
    const limits = limitsOf(options);
    using lab = labToRead(home);
    const results = buildResults(readRun(lab.db, id), limits);
    if (json) printJson(results);
    else print(humanReport(results));
  });
  addCompare(runs);
  addEdits(runs);
}

function addEdits(runs: Command): void {
  runs
    .command("delete")
    .description("delete runs with everything that was measured in them")
    .argument("<runs...>", "run ids")
    .action((ids: string[], _options: unknown, command: Command) => {
      using lab = openLab(labHome(command.optsWithGlobals<Common>().home));
      for (const id of ids) {
        deleteRun(lab.db, id);
        removeScratch(lab.scratchDir, id);
        print(`${id}\n`);
      }
    });
  runs
    .command("rename")
    .description("give a run another name")
    .argument("<run>", "run id")
    .argument("<name>", "its new name")
    .action((id: string, name: string, _options: unknown, command: Command) => {
      if (name.trim() === "") throw new LabError("BAD_REQUEST", "A run's name cannot be empty.");
      using lab = openLab(labHome(command.optsWithGlobals<Common>().home));
      renameRun(lab.db, id, name.trim());
    });
  runs
    .command("tag")
    .description("show a run's tags, add some, or take some away")
    .argument("<run>", "run id")
    .argument("[tags...]", "tags to add")
    .option("--remove <tags...>", "tags to take away")
    .action((id: string, tags: string[], options: { remove?: string[] }, command: Command) => {
      using lab = openLab(labHome(command.optsWithGlobals<Common>().home));
      changeTags(lab.db, id, { add: tags, remove: options.remove ?? [] });
      print(
        readTags(lab.db, id)
          .map((tag) => `${tag}\n`)
          .join(""),
      );
    });
}
