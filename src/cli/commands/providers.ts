import type { Command } from "commander";
import { existsSync } from "node:fs";
import { PROVIDERS } from "#shared/providers/providers.ts";
import { labHome, temporaryDir as temporaryDirOf } from "#core/app/lab-home.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { probeProviders } from "#core/system/provider-probe.ts";
import { removeEmpty } from "#core/system/temporary.ts";
import { abortOnInterrupt } from "../interrupt.ts";
import { providersText } from "../providers-text.ts";
import { workerFile } from "../worker-file.ts";
import { print, printJson, say } from "../print.ts";

export function addProviders(program: Command): void {
  program
    .command("providers")
    .description("which execution providers and formats really work here, tried on a tiny model, and why not")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const home = labHome(command.optsWithGlobals<{ home?: string }>().home);
      const temporaryDir = temporaryDirOf(home);
      const isNew = !existsSync(home);
      using interrupt = abortOnInterrupt(() => {
        say("cancelling ...\n");
      });
      try {
        const report = await probeProviders({
          spawner: forkSpawner(workerFile(), { temporaryDir }),
          temporaryDir,
          signal: interrupt.signal,
          onProvider: (id) => {
            say(`trying ${PROVIDERS[id].label} ...\n`);
          },
        });
        if (json) printJson(report);
        else print(providersText(report));
      } finally {
        // It keeps nothing, so it makes no data folder either.
        if (isNew) for (const folder of [temporaryDir, home]) removeEmpty(folder);
      }
    });
}
