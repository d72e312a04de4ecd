import { app, BrowserWindow, dialog, type OpenDialogOptions, shell } from "electron";
import { dirname, join } from "node:path";
import type { NativeShell } from "#core/app/native-shell.ts";
import { LabError } from "#shared/errors.ts";
import { printPdf } from "./print-pdf.ts";
import { userWindows } from "./window.ts";

const QUESTION_FILTERS = [{ name: "Question sets", extensions: ["csv", "json", "jsonl", "parquet"] }];

/** What other tools write ends like anything else: the content decides. */
const RUN_FILTERS = [{ name: "Runs", extensions: ["qsrun", "zip", "json", "jsonl", "csv"] }];

const currentWindow = () => BrowserWindow.getFocusedWindow() ?? userWindows()[0];

/** Electron's dialogs; each opens where the one before was left. */
export function electronShell(): NativeShell {
  // Chosen by the user or nobody: Electron itself would begin in Downloads every time.
  let lastFolder: string | null = null;
  const openAll = async (options: OpenDialogOptions): Promise<readonly string[]> => {
    const wanted = { ...options, ...(lastFolder !== null && { defaultPath: lastFolder }) };
    const window = currentWindow();
    const { canceled, filePaths } = await (window
      ? dialog.showOpenDialog(window, wanted)
      : dialog.showOpenDialog(wanted));
    const [first] = filePaths;
    if (canceled || first === undefined) return [];
    lastFolder = dirname(first);
    return filePaths;
  };
  const open = async (options: OpenDialogOptions): Promise<string | null> => (await openAll(options))[0] ?? null;
  return {
    pickModel: () => open({ title: "Add a model", buttonLabel: "Add", properties: ["openDirectory"] }),
    pickQuestions: () =>
      open({ title: "Add a question set", buttonLabel: "Add", properties: ["openFile"], filters: QUESTION_FILTERS }),
    pickRuns: () =>
      openAll({
        title: "Import runs",
        buttonLabel: "Import",
        properties: ["openFile", "multiSelections"],
        filters: RUN_FILTERS,
      }),
    pickTarget: async (fileName) => {
      const wanted = { defaultPath: join(lastFolder ?? app.getPath("documents"), fileName) };
      const window = currentWindow();
      const { canceled, filePath } = await (window
        ? dialog.showSaveDialog(window, wanted)
        : dialog.showSaveDialog(wanted));
      if (canceled || filePath === "") return null;
      lastFolder = dirname(filePath);
      return filePath;
    },
    printPdf,
    openFolder: async (path) => {
      const problem = await shell.openPath(path);
      if (problem !== "") throw new LabError("NOT_AVAILABLE", `${path} cannot be shown: ${problem}.`, { path });
    },
  };
}
