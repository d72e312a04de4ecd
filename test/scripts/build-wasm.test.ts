import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** Plain JavaScript without types of its own. */
const SCRIPT = ["..", "..", "scripts", "build-wasm.mjs"].join("/");
/** Installed with the other development tools; a user's installation lacks it. */
const COMPILER = "node_modules/assemblyscript";

describe.skipIf(!existsSync(COMPILER))("build-wasm", () => {
  it("gives the module that is in the sources", { timeout: 60_000 }, async () => {
    const { compileWasm } = (await import(SCRIPT)) as {
      compileWasm: () => Promise<string>;
    };
    expect(await compileWasm()).toBe(readFileSync("src/core/quantize/weights/wasm-binary.ts", "utf8"));
  });
});
