import type { MenuItemConstructorOptions } from "electron";
import { describe, expect, it, vi } from "vitest";
import { MENU_COMMANDS } from "#shared/api.ts";
import { menuTemplate, setAbout } from "../../src/main/menu.ts";
import { electron } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

function items(platform: NodeJS.Platform, packaged = true): MenuItemConstructorOptions[] {
  const template = menuTemplate({ platform, packaged, choose, openHome });
  return template.flatMap((menu) => [menu, ...((menu.submenu as MenuItemConstructorOptions[] | undefined) ?? [])]);
}
const choose = vi.fn();
const openHome = vi.fn();

describe("menuTemplate", () => {
  it.each(["linux", "win32", "darwin"] as const)("leads nowhere outside (%s)", (platform) => {
    const roles = items(platform).map(({ role }) => role);
    expect(roles).not.toContain("help");
    expect(roles.includes("appMenu")).toBe(platform === "darwin");
    expect(roles.includes("quit")).toBe(platform !== "darwin");
  });

  it("has every command of the contract once, each with its own shortcut", () => {
    const commands = items("linux").filter(({ id }) => id !== undefined);
    expect(commands.map(({ id }) => id).sort()).toEqual([...MENU_COMMANDS].sort());
    const shortcuts = commands.map(({ accelerator }) => accelerator).filter((each) => each !== undefined);
    expect(new Set(shortcuts).size).toBe(MENU_COMMANDS.length);
  });

  it("asks the page for what was chosen", () => {
    const add = items("linux").find(({ id }) => id === "models.add")!;
    (add.click as () => void)();
    expect(choose).toHaveBeenCalledExactlyOnceWith("models.add");
  });

  it("has importing in File, with keys that nothing else of the menu has", () => {
    const file = menuTemplate({ platform: "linux", packaged: true, choose, openHome }).find(
      ({ label }) => label === "File",
    )!;
    const item = (file.submenu as MenuItemConstructorOptions[]).find(({ id }) => id === "runs.import");
    expect(item).toMatchObject({ label: "Import Runs...", accelerator: "CmdOrCtrl+I" });
  });

  it("keeps reload and developer tools out of a package", () => {
    const has = (packaged: boolean): boolean => items("linux", packaged).some(({ role }) => role === "toggleDevTools");
    expect([has(true), has(false)]).toEqual([false, true]);
  });
});

describe("setAbout", () => {
  it("tells the version and the commit", () => {
    setAbout({ version: "1.2.3", commit: "0123456789abcdef" });
    expect(electron.app.setAboutPanelOptions).toHaveBeenLastCalledWith(
      expect.objectContaining({ applicationVersion: "1.2.3 (0123456789)" }),
    );
    setAbout({ version: "1.2.3", commit: null });
    expect(electron.app.setAboutPanelOptions).toHaveBeenLastCalledWith(
      expect.objectContaining({ applicationVersion: "1.2.3" }),
    );
  });
});
