import { LabError } from "#shared/errors.ts";

/** A failed start as one line and the exit code that docs/cli.md gives it: 4 for the store, 1 for what was asked. */
export function explain(error: unknown): { message: string; exitCode: 1 | 4 } {
  const { message, code } = error as Partial<NodeJS.ErrnoException>;
  const oneLine = (message ?? String(error)).replaceAll(/\s*\n\s*/g, " ");
  if (error instanceof LabError) {
    const store = error.code.startsWith("STORE_") || error.code === "DISK_FULL";
    return { message: oneLine, exitCode: store ? 4 : 1 };
  }
  if (code === "EADDRINUSE") return { message: "that port is taken. Choose another with --port.", exitCode: 1 };
  if (code === "EACCES")
    return { message: "that port may not be used. Choose one above 1023 with --port.", exitCode: 1 };
  return { message: oneLine, exitCode: 1 };
}
