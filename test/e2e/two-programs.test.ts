/** Two programs on one machine, and on one store: the built command line and host as processes of their own. */
import Database from "better-sqlite3";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, describe, onTestFinished } from "vitest";
import { isAlive } from "#core/system/process-identity.ts";
import { ROOT } from "../helpers/host-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const CLI = join(ROOT, "out", "main", "cli.js");

interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves when it has said so. */
  said(what: RegExp): Promise<RegExpExecArray>;
}

function start(home: string, ...args: readonly string[]): Program {
  const child = spawn(process.execPath, [CLI, "--home", home, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => (text[name] += chunk));
  }
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...text }));
  return {
    child,
    ended,
    said: async (what) => {
      for (;;) {
        const found = what.exec(text.stdout + text.stderr);
        if (found) return found;
        const next = await Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), ended]);
        if ("code" in next) throw new Error(`it ended: ${JSON.stringify(next)}`);
      }
    },
  };
}

/** A run that measures until it is stopped. */
function longSpec(seconds: number): string {
  const file = join(temporaryFolder(), "spec.json");
  const forward = { batchSizes: [1], sequenceLength: 16, warmup: 1, minIterations: 3, minSeconds: seconds };
  const model = join(ROOT, "test", "fixtures", "zoo", "llama");
  const cells = [{ format: "fp32", threads: 1 }];
  const spec = { schemaVersion: 1, name: "long", model, depth: "preview", launches: 1, cells, passes: { forward } };
  writeFileSync(file, JSON.stringify(spec));
  return file;
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid ? [Number(name)] : [];
    } catch {
      return []; // It has just ended.
    }
  });
}

describe("two programs", () => {
  it("never measure at once unless told to, and take no run from under each other", async () => {
    const [home, otherHome] = [temporaryFolder(), temporaryFolder()];
    const first = start(home, "run", longSpec(600));
    const [, id] = await first.said(/^run (\S+):/m);
    const pid = first.child.pid!;
    await first.said(/forward pass/);
    const refused = new RegExp(`process ${pid}, data folder ${home}.*"long".*--alongside.*\\[RUN_BUSY\\]`);
    const [sameHome, elsewhere, deleted, resumed, beside] = await Promise.all([
      start(home, "run", longSpec(0)).ended,
      start(otherHome, "run", longSpec(0)).ended,
      start(home, "runs", "delete", id!).ended,
      start(home, "run", "--resume", id!, "--alongside").ended,
      start(otherHome, "run", longSpec(0), "--alongside", "--json").ended,
    ]);
    for (const { code, stderr } of [sameHome, elsewhere]) {
      expect(code).toBe(1);
      expect(stderr).toMatch(refused);
    }
    for (const { code, stderr } of [deleted, resumed]) {
      expect(code).toBe(1);
      expect(stderr).toContain(`Another Quantscope (process ${pid}) is measuring the run ${id} right now.`);
    }
    expect({ code: beside.code, stderr: beside.stderr }).toMatchObject({ code: 0 });
    const { run } = JSON.parse(beside.stdout) as { run: { environment: { alongside: string[] } } };
    expect(run.environment.alongside).toEqual([`the run "long" (process ${pid})`]);

    // Killed the hard way, it leaves nothing running, and its run is anybody's.
    const workers = process.platform === "linux" ? childrenOf(pid) : [];
    expect(workers.length).toBe(process.platform === "linux" ? 1 : 0);
    first.child.kill("SIGKILL");
    await first.ended;
    await expect.poll(() => workers.filter(isAlive)).toEqual([]);
    const both = [1, 2].map(() => start(home, "run", "--resume", id!, "--alongside"));
    const loser = await Promise.race(both.map(({ ended }) => ended));
    expect(loser).toMatchObject({ code: 1, stderr: expect.stringContaining("RUN_BUSY") as string });
    for (const { child } of both) child.kill("SIGTERM");
    const codes = (await Promise.all(both.map(({ ended }) => ended))).map(({ code }) => code);
    expect(codes.toSorted()).toEqual([1, 3]);
    expect(await start(home, "runs", "delete", id!).ended).toMatchObject({ code: 0, stdout: `${id}\n` });
  });

  it("tell who cannot change a store that another one holds, in a line and with exit 4", async () => {
    const home = temporaryFolder();
    await start(home, "runs", "list").ended;
    const holder = new Database(join(home, "quantscope.db"));
    holder.exec("BEGIN IMMEDIATE");
    const model = join(ROOT, "test", "fixtures", "zoo", "llama");
    const changes = [
      ["models", "add", model],
      ["models", "remove", "llama"],
      ["runs", "rename", "r", "other"],
      ["runs", "delete", "r"],
    ];
    const results = await Promise.all([["runs", "list"], ...changes].map((words) => start(home, ...words).ended));
    holder.close();
    const [list, add, ...others] = results;
    expect(list!.code).toBe(0);
    expect(add).toMatchObject({ code: 4, stderr: expect.stringMatching(/is locked.*\[STORE_BUSY\]\n$/) as string });
    for (const { code, stderr } of others) {
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/^quantscope: [^\n]*\[(STORE_BUSY|RUN_NOT_FOUND|MODEL_NOT_FOUND)\]\n$/);
    }
  });
});

describe("serve", () => {
  it("ends with the command line that started it, however that ended", async () => {
    const cli = start(temporaryFolder(), "serve", "--no-open");
    await cli.said(/http:\S+/);
    const hosts = process.platform === "linux" ? childrenOf(cli.child.pid!) : [];
    expect(hosts.length).toBe(process.platform === "linux" ? 1 : 0);
    cli.child.kill("SIGKILL");
    // Its pipes are the host's as well: they close when that has ended.
    await cli.ended;
    await expect.poll(() => hosts.filter(isAlive)).toEqual([]);
  });
});
