import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { detach, keepProblemsIn, noteProblem, onProblem, type Problem, PROBLEMS_FILE } from "#core/system/problems.ts";
import { scratchDir } from "../../helpers/lab.ts";

const SYSTEM = join(import.meta.dirname, "..", "..", "..", "src", "core", "system");

/** A program that does `body`, with one of the two ways to take errors. */
async function program(
  way: "outliveErrors" | "endOnError",
  body: string,
): Promise<{ code: unknown; stdout: string; log: string }> {
  const home = scratchDir();
  const file = join(scratchDir(), "program.mjs");
  writeFileSync(
    file,
    `import { ${way} } from ${JSON.stringify(join(SYSTEM, "last-resort.ts"))};
     import { keepProblemsIn } from ${JSON.stringify(join(SYSTEM, "problems.ts"))};
     keepProblemsIn(${JSON.stringify(home)});
     ${way}(() => { console.log("ends"); process.exit(7); });
     ${body}`,
  );
  const root = join(SYSTEM, "..", "..", "..");
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"], cwd: root });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const [code] = (await once(child, "close")) as [number | null];
  const log = join(home, PROBLEMS_FILE);
  return { code, stdout, log: existsSync(log) ? readFileSync(log, "utf8") : "" };
}

const KINDS: readonly (readonly [string, string])[] = [
  ["a timer that throws", `setTimeout(() => { throw new Error("broken"); }, 1);`],
  ["a promise that nobody waits for", `void Promise.reject(new Error("broken"));`],
  ["an emitter whose error nobody hears", `(await import("node:net")).connect({ port: 1, host: "127.0.0.1" });`],
  ["a throw that is no error", `setTimeout(() => { throw "broken"; }, 1);`],
];

describe("outliveErrors", () => {
  it.each(KINDS)("keeps the program up over %s, and its stack", async (_what, body) => {
    const { code, stdout, log } = await program(
      "outliveErrors",
      `${body} setTimeout(() => console.log("goes on"), 200);`,
    );
    expect([code, stdout]).toEqual([0, "goes on\n"]);
    expect(log).toMatch(/Something in Quantscope failed: .*(broken|ECONNREFUSED)/);
  });

  it("ends the program in order when errors do not stop", async () => {
    const { code, stdout } = await program("outliveErrors", `setInterval(() => { throw new Error("broken"); }, 1);`);
    expect([code, stdout]).toEqual([7, "ends\n"]);
  });
});

describe("endOnError", () => {
  it.each(KINDS)("ends the program over %s, once, and keeps the stack", async (_what, body) => {
    const { code, stdout, log } = await program("endOnError", `${body} ${body}`);
    expect([code, stdout]).toEqual([7, "ends\n"]);
    expect(log.match(/Something in Quantscope failed/g)).toHaveLength(1);
  });
});

describe("noteProblem", () => {
  function noting(home: string): { told: Problem[]; stop: () => void } {
    const told: Problem[] = [];
    const stop = onProblem((problem) => told.push(problem));
    keepProblemsIn(home);
    return { told, stop };
  }

  it("keeps the whole chain of causes and tells one sentence, the same one once", () => {
    const home = scratchDir();
    const { told, stop } = noting(home);
    const error = new Error("outer", { cause: new Error("inner") });
    noteProblem("The first could not be done", error);
    noteProblem("The first could not be done", error);
    stop();
    const file = join(home, PROBLEMS_FILE);
    expect(told).toEqual([{ message: "The first could not be done: outer", file }]);
    const log = readFileSync(file, "utf8");
    expect(log).toMatch(/outer[^]*last-resort\.test\.ts[^]*caused by Error: inner/);
    expect(log.match(/The first/g)).toHaveLength(1);
  });

  it("is the owner of a promise that nobody waits for", async () => {
    const { told, stop } = noting(scratchDir());
    detach(Promise.reject(new Error("too late")), "The second could not be done");
    await new Promise((resolve) => setImmediate(resolve));
    stop();
    expect(told.map(({ message }) => message)).toEqual(["The second could not be done: too late"]);
  });

  it("tells all the same where nothing can be written, and never throws", () => {
    const home = scratchDir();
    mkdirSync(join(home, PROBLEMS_FILE));
    const { told, stop } = noting(home);
    const deaf = onProblem(() => {
      throw new Error("deaf");
    });
    noteProblem("The third could not be done", undefined);
    stop();
    deaf();
    expect(told).toEqual([{ message: "The third could not be done: undefined", file: null }]);
  });

  it("keeps its file small", () => {
    const home = scratchDir();
    const { stop } = noting(home);
    for (let count = 0; count < 100; count++) noteProblem(`${count} could not be done`, new Error("x".repeat(50_000)));
    stop();
    keepProblemsIn(null);
    const sizes = [PROBLEMS_FILE, `${PROBLEMS_FILE}.1`].map((name) => statSync(join(home, name)).size);
    expect(Math.max(...sizes)).toBeLessThan(640 * 1024);
  });
});
