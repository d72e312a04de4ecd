import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import envPaths from "env-paths";

/** The data folder: --home, else QUANTSCOPE_HOME, else the platform's folder for application data. */
export function labHome(option?: string): string {
  const given = option ?? process.env.QUANTSCOPE_HOME;
  return given ? resolve(given) : envPaths("quantscope", { suffix: "" }).data;
}

/** `--home DIR` among arguments of which some are a command's or Chromium's, so an unknown one is no error here. */
export function homeArgument(argv: readonly string[]): string | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: { home: { type: "string" } },
    strict: false,
    allowPositionals: true,
  });
  return typeof values.home === "string" ? values.home : undefined;
}

/** Where temporary files of a data folder's processes go (system/temporary.ts). */
export function temporaryDir(home: string): string {
  return join(home, "temp");
}
