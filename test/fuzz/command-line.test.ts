import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openLab } from "#core/app/open-lab.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { createRandom, type Random } from "#shared/random.ts";
import { createProgram, runProgram } from "../../src/cli/program.ts";
import { FUZZ_TIMEOUT_MS, seeds } from "../helpers/fuzz.ts";
import { scratchDir } from "../helpers/lab.ts";
import { seedResult } from "../helpers/seed-result.ts";

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** What neither measures nor stays: `serve`, `providers` and `demo` take no input that could be wrong. */
const COMMANDS = [
  ["run"],
  ["runs", "list"],
  ["runs", "show"],
  ["runs", "compare"],
  ["runs", "delete"],
  ["runs", "rename"],
  ["runs", "tag"],
  ["import"],
  ["export"],
  ["models", "add"],
  ["models", "list"],
  ["models", "show"],
  ["models", "remove"],
  ["quantize"],
];
const OPTIONS = ["--json", "--limit", "--out", "--format", "--cell", "--model", "--cells", "--passes", "--questions"];
OPTIONS.push("--seed", "--name", "--batch-sizes", "--depth", "--launches", "--threads", "--resume", "--shard", "--to");
OPTIONS.push("--recipe", "--preset", "--remove", "--graph", "--decode-depths", "--texts", "--prompts", "--layers");

function words(random: Random, files: Readonly<Record<string, string>>): string[] {
  const values = ["a", "a:fp32@cpu", "", ".", "/", "-1", "1e9", "0.5", "NaN", "999999999999999999999", "1/2", "2/1"];
  values.push("json,csv", "int4", "int4@cpu,,", "fp32@nowhere", "\0", "\u001b[2J", "\ud800", "../../etc/passwd");
  values.push("x".repeat(5000), "__proto__", "--", "-", "demo", ...Object.values(files));
  const pick = <T>(list: readonly T[]): T => list[random.nextInt(list.length)]!;
  const command = [...pick(COMMANDS)];
  for (let count = random.nextInt(5); count > 0; count--)
    command.push(pick(random.nextInt(3) === 0 ? OPTIONS : values));
  return command;
}

/** Words may have deleted it. */
function isStored(home: string, id: string): boolean {
  using lab = openLab(home);
  return hasRun(lab.db, id);
}

describe("the command line", () => {
  it(
    "answers any words with an exit code that it documents, and with no stack",
    async () => {
      const folder = scratchDir();
      const files: Record<string, string> = {};
      for (const [name, text] of Object.entries({
        "spec.json":
          '{"schemaVersion":1,"name":"x","model":"nowhere","cells":[{"format":"fp32"}],"passes":{"forward":{}}}',
        "empty.json": "{}",
        "list.json": "[1]",
        "broken.json": '{"a":',
        "rows.csv": "a,b\n1,2\n",
        "binary.qsrun": "PK\u0003\u0004",
      })) {
        files[name] = join(folder, name);
        writeFileSync(files[name], text);
      }
      files.folder = join(folder, "empty");
      mkdirSync(files.folder);
      const home = join(folder, "home");
      for (const seed of seeds(120)) {
        if (!isStored(home, "a"))
          seedResult(home, { id: "a", name: "first", questions: 2, launches: 1, cells: [{ format: "fp32" }] });
        let said = "";
        const hear = (part: unknown): boolean => ((said += String(part)), true);
        const spies = [process.stdout, process.stderr].map((stream) =>
          vi.spyOn(stream, "write").mockImplementation(hear),
        );
        // A folder to write to that goes with the test, wherever the words lead.
        const cwd = vi.spyOn(process, "cwd").mockReturnValue(files.folder);
        const given = words(createRandom(seed), files);
        const argv = ["node", "quantscope", "--home", home, ...given];
        process.exitCode = undefined;
        const code = await runProgram(await createProgram(argv.slice(2)), argv);
        for (const spy of [...spies, cwd]) spy.mockRestore();
        const what = `seed ${seed}: ${JSON.stringify(given.map((word) => word.slice(0, 80)))}: ${said.slice(0, 3000)}`;
        expect([0, 1, 2, 3, 4], what).toContain(code);
        expect(/INTERNAL|^\s+at .*:\d+:\d+/m.test(said) ? what : "").toBe("");
        expect(/[\0\u001b\u202e]/.test(said) ? what : "").toBe("");
      }
    },
    FUZZ_TIMEOUT_MS,
  );
});
