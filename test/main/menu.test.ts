import { describe, expect, it, vi } from "vitest";
import { menuTemplate } from "../../src/main/menu.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

describe("menuTemplate", () => {
  it("leads nowhere outside", () => {
    for (const platform of ["linux", "win32", "darwin"] as const) {
      const roles = menuTemplate(platform).map(({ role }) => role);
      expect(roles).not.toContain("help");
      expect(roles.includes("appMenu")).toBe(platform === "darwin");
    }
  });
});
