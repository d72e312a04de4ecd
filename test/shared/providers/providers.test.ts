import { describe, expect, it } from "vitest";
import { isProviderId, PROVIDER_IDS, PROVIDERS } from "#shared/providers/providers.ts";

describe("PROVIDERS", () => {
  it("has a row for each id, under its own id, with a remedy that is a sentence", () => {
    for (const id of PROVIDER_IDS) {
      expect(PROVIDERS[id].id).toBe(id);
      expect(PROVIDERS[id].remedy).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("runs the CPU everywhere, DirectML on Windows and Core ML on macOS only", () => {
    const everywhere = new Set(PROVIDER_IDS.flatMap((id) => PROVIDERS[id].platforms));
    expect(new Set(PROVIDERS.cpu.platforms)).toEqual(everywhere);
    expect(PROVIDERS.dml.platforms.every((platform) => platform.startsWith("win32-"))).toBe(true);
    expect(PROVIDERS.coreml.platforms.every((platform) => platform.startsWith("darwin-"))).toBe(true);
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
