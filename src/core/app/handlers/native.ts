import { LabError } from "#shared/errors.ts";
import type { NativeShell } from "../native-shell.ts";

/** @throws LabError NOT_AVAILABLE in a browser */
export function nativeShell(shell: NativeShell | null): NativeShell {
  if (shell) return shell;
  throw new LabError(
    "NOT_AVAILABLE",
    "A page in a browser has no native dialogs. Type the path, or download the file.",
  );
}
