import { describe, expect, it } from "vitest";
import { ignoredOption, isProviderId, PROVIDER_IDS, PROVIDERS } from "#shared/providers/providers.ts";

describe("PROVIDERS", () => {
  it("has a row for each id, under its own id, with remedies that are sentences", () => {
    for (const id of PROVIDER_IDS) {
      expect(PROVIDERS[id].id).toBe(id);
      expect(PROVIDERS[id].remedy).toMatch(/^[A-Z].*\.$/);
      expect(PROVIDERS[id].deviceRemedy).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("has its own name for each provider in sessions, profiles and on the screen", () => {
    for (const name of ["label", "ortName", "profileName"] as const) {
      expect(new Set(PROVIDER_IDS.map((id) => PROVIDERS[id][name])).size).toBe(PROVIDER_IDS.length);
    }
  });

  it("runs the CPU everywhere, DirectML on Windows and Core ML on macOS only", () => {
    const everywhere = new Set(PROVIDER_IDS.flatMap((id) => PROVIDERS[id].platforms));
    expect(new Set(PROVIDERS.cpu.platforms)).toEqual(everywhere);
    expect(PROVIDERS.dml.platforms.every((platform) => platform.startsWith("win32-"))).toBe(true);
    expect(PROVIDERS.coreml.platforms.every((platform) => platform.startsWith("darwin-"))).toBe(true);
  });

  it("asks for library files only where the provider exists", () => {
    for (const { platforms, libraries } of Object.values(PROVIDERS)) {
      const systems = new Set(platforms.map((platform) => platform.split("-")[0]));
      for (const system of Object.keys(libraries)) expect(systems).toContain(system);
    }
  });

  it("closes the way to the CPU for every provider but the CPU itself, which is refused with it", () => {
    expect(PROVIDERS.cpu.strictConfig).toEqual({});
    for (const id of PROVIDER_IDS.filter((id) => id !== "cpu")) {
      expect(PROVIDERS[id].strictConfig).toEqual({ disable_cpu_ep_fallback: "1" });
    }
  });
});

describe("isProviderId", () => {
  it("knows the ids", () => {
    expect(PROVIDER_IDS.every(isProviderId)).toBe(true);
  });

  it.each(["", "CPU", "tpu", "constructor"])("does not know %j", (text) => {
    expect(isProviderId(text)).toBe(false);
  });
});

describe("ignoredOption", () => {
  it("is null when every option reaches the provider", () => {
    expect(ignoredOption("cuda", { deviceId: 1 })).toBeNull();
    expect(ignoredOption("cpu", {})).toBeNull();
  });

  it("names the first that would be ignored without a word", () => {
    expect(ignoredOption("cuda", { deviceId: 0, use_tf32: 0 })).toBe("use_tf32");
    expect(ignoredOption("cpu", { deviceId: 0 })).toBe("deviceId");
    expect(ignoredOption("coreml", { constructor: 1 })).toBe("constructor");
  });
});
