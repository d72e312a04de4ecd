import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

it("every script that needs what an install brings makes it ready in a shell of its own", () => {
  const { ready, ...others } = scripts;
  expect(ready).toBe("node scripts/setup.mjs");
  // A shell that has run the system's node once would run it again after the install brought another.
  for (const [name, script] of Object.entries(others)) expect(`${name}: ${script}`).not.toContain("setup.mjs");
  for (const name of ["demo", "test", "test:elsewhere", "start", "lab", "check", "bench", "fuzz"]) {
    expect(`${name}: ${scripts[name]}`).toMatch(/: npm run --silent ready -- --build && /);
  }
});
