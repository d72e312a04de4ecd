import { Menu, type MenuItemConstructorOptions } from "electron";

/** Electron's own roles, without its Help menu: that one leads to the web. */
export function menuTemplate(platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const roles: MenuItemConstructorOptions[] = [
    { role: "fileMenu" },
    { role: "editMenu" },
    { role: "viewMenu" },
    { role: "windowMenu" },
  ];
  return platform === "darwin" ? [{ role: "appMenu" }, ...roles] : roles;
}

export function setMenu(): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)));
}
