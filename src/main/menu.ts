/** The menu: what pages can do, with the shortcuts that a desktop has for it. Nothing leads to the web. */
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { MenuCommand } from "#shared/api.ts";

interface MenuOptions {
  readonly platform: NodeJS.Platform;
  /** Developers get the tools and a reload; users of a package would only lose their place with them. */
  readonly packaged: boolean;
  readonly choose: (command: MenuCommand) => void;
  readonly openHome: () => void;
}

const PAGES: readonly (readonly [MenuCommand, string])[] = [
  ["view.bench", "Bench"],
  ["view.run", "Run"],
  ["view.result", "Result"],
  ["view.compare", "Compare"],
  ["view.history", "History"],
  ["view.models", "Models"],
  ["view.questions", "Questions"],
  ["view.system", "System"],
];

export function menuTemplate({ platform, packaged, choose, openHome }: MenuOptions): MenuItemConstructorOptions[] {
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const item = (command: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    ...(accelerator !== undefined && { accelerator }),
    click: () => {
      choose(command);
    },
  });
  const about: MenuItemConstructorOptions = {
    label: "About Quantscope",
    click: () => {
      app.showAboutPanel();
    },
  };
  const mac = platform === "darwin";
  const file: MenuItemConstructorOptions = {
    label: "File",
    submenu: [
      item("models.add", "Add Model...", "CmdOrCtrl+O"),
      item("questions.add", "Add Question Set...", "CmdOrCtrl+Shift+O"),
      item("runs.import", "Import Runs...", "CmdOrCtrl+I"),
      separator,
      item("result.export", "Export Result...", "CmdOrCtrl+E"),
      { label: "Open Data Folder", click: openHome },
      separator,
      mac ? { role: "close" } : { role: "quit" },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: "View",
    submenu: [
      ...PAGES.map(([command, label], index) => item(command, label, `CmdOrCtrl+${index + 1}`)),
      separator,
      item("palette.open", "Command Palette...", "CmdOrCtrl+K"),
      separator,
      { role: "resetZoom" },
      { role: "zoomIn" },
      { role: "zoomOut" },
      { role: "togglefullscreen" },
      ...(packaged ? [] : [separator, { role: "reload" as const }, { role: "toggleDevTools" as const }]),
    ],
  };
  const run: MenuItemConstructorOptions = {
    label: "Run",
    submenu: [item("run.start", "Start", "CmdOrCtrl+Enter"), item("run.cancel", "Cancel", "CmdOrCtrl+.")],
  };
  const help: MenuItemConstructorOptions = { label: "Help", submenu: [about] };
  const menus: MenuItemConstructorOptions[] = [file, { role: "editMenu" }, view, run, { role: "windowMenu" }];
  return mac ? [{ role: "appMenu" }, ...menus] : [...menus, help];
}

export function setMenu(options: Pick<MenuOptions, "choose" | "openHome">): void {
  const { platform } = process;
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ ...options, platform, packaged: app.isPackaged })));
}

/** About, with what a bug report needs. */
export function setAbout({ version, commit }: { version: string; commit: string | null }): void {
  const { electron, chrome, node } = process.versions;
  app.setAboutPanelOptions({
    applicationName: "Quantscope",
    applicationVersion: commit === null ? version : `${version} (${commit.slice(0, 10)})`,
    copyright: `Electron ${electron}, Chromium ${chrome}, Node ${node}`,
  });
}
