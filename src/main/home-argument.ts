import { parseArgs } from "node:util";

/** `--home DIR` among arguments of which some are Chromium's, so an unknown one is no error here. */
export function homeArgument(argv: readonly string[]): string | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: { home: { type: "string" } },
    strict: false,
    allowPositionals: true,
  });
  return typeof values.home === "string" ? values.home : undefined;
}
