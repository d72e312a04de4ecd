import { beforeEach, describe, expect, it, vi } from "vitest";
import { electronShell } from "../../src/main/native-shell.ts";
import { electron, FakeWindow } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

const { dialog, shell } = electron;

beforeEach(() => {
  FakeWindow.all = [];
  vi.clearAllMocks();
});

describe("electronShell", () => {
  it("gives what the user chose, null when nothing", async () => {
    const native = electronShell();
    dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ["/models/llama"] });
    expect(await native.pickModel()).toBe("/models/llama");
    dialog.showOpenDialog.mockResolvedValueOnce({ canceled: true, filePaths: [] });
    expect(await native.pickQuestions()).toBeNull();
    dialog.showSaveDialog.mockResolvedValueOnce({ canceled: true, filePath: "" });
    expect(await native.pickTarget("a.json")).toBeNull();
  });

  it("opens folders for models, files for questions, before the window where there is one", async () => {
    const window = new FakeWindow({});
    dialog.showOpenDialog.mockResolvedValue({ canceled: true, filePaths: [] });
    const native = electronShell();
    await native.pickModel();
    expect(dialog.showOpenDialog).toHaveBeenLastCalledWith(
      window,
      expect.objectContaining({ properties: ["openDirectory"] }),
    );
    FakeWindow.all = [];
    await native.pickQuestions();
    expect(dialog.showOpenDialog).toHaveBeenLastCalledWith(expect.objectContaining({ properties: ["openFile"] }));
  });

  it("takes several files of runs at once, none where the dialog was closed", async () => {
    const native = electronShell();
    dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ["/in/a.qsrun", "/in/b.csv"] });
    expect(await native.pickRuns()).toEqual(["/in/a.qsrun", "/in/b.csv"]);
    expect(dialog.showOpenDialog).toHaveBeenLastCalledWith(
      expect.objectContaining({
        properties: ["openFile", "multiSelections"],
        filters: [{ name: "Runs", extensions: ["qsrun", "zip", "json", "jsonl", "csv"] }],
      }),
    );
    dialog.showOpenDialog.mockResolvedValueOnce({ canceled: true, filePaths: [] });
    expect(await native.pickRuns()).toEqual([]);
    expect(dialog.showOpenDialog).toHaveBeenLastCalledWith(expect.objectContaining({ defaultPath: "/in" }));
  });

  it("begins where the dialog before was left", async () => {
    const native = electronShell();
    dialog.showSaveDialog.mockResolvedValue({ canceled: false, filePath: "/data/out/a.json" });
    await native.pickTarget("a.json");
    expect(dialog.showSaveDialog).toHaveBeenLastCalledWith({ defaultPath: "/documents/a.json" });
    await native.pickTarget("b.json");
    expect(dialog.showSaveDialog).toHaveBeenLastCalledWith({ defaultPath: "/data/out/b.json" });
  });

  it("says why a folder cannot be shown", async () => {
    shell.openPath.mockResolvedValueOnce("");
    await electronShell().openFolder("/data");
    shell.openPath.mockResolvedValueOnce("no file manager");
    await expect(electronShell().openFolder("/data")).rejects.toMatchObject({ code: "NOT_AVAILABLE" });
  });
});
