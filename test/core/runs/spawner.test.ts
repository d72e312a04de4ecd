import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { runCell } from "#core/runs/run-cell.ts";
import { type ExitReason, forkSpawner, type SpawnerOptions } from "#core/runs/spawner.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { cellJob } from "./sample-job.ts";

/** A child program of one line. */
function script(body: string): string {
  const file = join(scratchDir(), "child.mjs");
  writeFileSync(file, body);
  return file;
}

interface RunOptions extends SpawnerOptions {
  readonly kill?: boolean;
}

async function run(
  body: string,
  { kill = false, ...options }: RunOptions = {},
): Promise<{ messages: WorkerMessage[]; reason: ExitReason }> {
  const child = forkSpawner(script(body), options).start(cellJob());
  const messages: WorkerMessage[] = [];
  child.onMessage((message) => {
    messages.push(message);
    if (kill) child.kill();
  });
  return {
    reason: await new Promise<ExitReason>((resolve) => {
      child.onExit(resolve);
    }),
    messages,
  };
}

describe("forkSpawner", () => {
  it("gives the child its job, and hears what it says before it ends", async () => {
    const { messages, reason } = await run(`process.once("message", (job) => {
      process.send({ type: "progress", pass: "load", done: job.questionJobs[0].questions.length, total: 20 });
      process.send({ type: "done" }, () => process.exit(0));
    })`);
    expect(messages).toEqual([{ type: "progress", pass: "load", done: 20, total: 20 }, { type: "done" }]);
    expect(reason).toEqual({ code: 0, signal: null, stderr: "" });
  });

  it("carries NaN and infinities, which JSON would lose", async () => {
    const { messages } = await run(`process.send({ type: "done", values: [NaN, -Infinity] }, () => process.exit(0))`);
    expect(messages).toEqual([{ type: "done", values: [NaN, -Infinity] }]);
  });

  it("tells the exit code and the end of what was written to stderr", async () => {
    const { reason } = await run(`process.stderr.write("x".repeat(10000) + "the end\\n", () => process.exit(7))`);
    expect(reason).toMatchObject({ code: 7, signal: null });
    expect(reason.stderr.endsWith("xthe end")).toBe(true);
    expect(reason.stderr.length).toBeLessThanOrEqual(4096);
  });

  it("kills a child that is busy and hears nothing", async () => {
    const { reason } = await run(`process.send({ type: "done" }, () => { for (;;); })`, { kill: true });
    expect(reason).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("turns ONNX Runtime's telemetry off, whatever this process was told, and hands the rest on", async () => {
    vi.stubEnv("ORT_DISABLE_TELEMETRY", "0");
    vi.stubEnv("QUANTSCOPE_TEST", "handed on");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const body = `const { ORT_DISABLE_TELEMETRY: off, QUANTSCOPE_TEST: rest } = process.env;
      process.send({ off, rest }, () => process.exit(0))`;
    expect((await run(body)).messages).toEqual([{ off: "1", rest: "handed on" }]);
  });

  const leavesFiles = `import { writeFileSync } from "node:fs";
    import { tmpdir } from "node:os";
    writeFileSync(tmpdir() + "/left", "");
    process.send({ folder: tmpdir() }, () => { for (;;); });`;

  it("gives each child a folder for its temporary files, which goes also when the child is killed", async () => {
    const temporaryDir = join(scratchDir(), "temp");
    const { messages } = await run(leavesFiles, { kill: true, temporaryDir });
    const { folder } = messages[0] as unknown as { folder: string };
    expect(dirname(folder)).toBe(temporaryDir);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(temporaryDir)).toEqual([]);
  });

  it("leaves no folder of a child that never began", async () => {
    const temporaryDir = join(scratchDir(), "temp");
    const spawner = forkSpawner("child.mjs", { temporaryDir, execPath: join(temporaryDir, "no-node") });
    await new Promise<ExitReason>((resolve) => {
      spawner.start(cellJob()).onExit(resolve);
    });
    await expect.poll(() => readdirSync(temporaryDir)).toEqual([]);
  });

  it("tells the death of a child whose file does not exist", async () => {
    const child = forkSpawner(join(scratchDir(), "nowhere.mjs")).start(cellJob());
    const reason = await new Promise<ExitReason>((resolve) => {
      child.onExit(resolve);
    });
    expect(reason.code).toBe(1);
    expect(reason.stderr).toContain("nowhere.mjs");
  });

  it("gives a child that takes several jobs the next ones", async () => {
    const body = `process.on("message", ({ ask }) => process.send({ answer: ask * 2 }))`;
    const child = forkSpawner<{ ask: number }, { answer: number }>(script(body)).start({ ask: 1 });
    const answers: number[] = [];
    const ended = new Promise<ExitReason>((resolve) => {
      child.onExit(resolve);
    });
    child.onMessage(({ answer }) => {
      answers.push(answer);
      if (answers.length === 3) child.kill();
      else child.send({ ask: answer });
    });
    await ended;
    expect(answers).toEqual([2, 4, 8]);
  });

  it("ends a child that has closed the line: what is sent to it would not arrive", async () => {
    const body = `process.once("message", () => { process.send("deaf", () => process.disconnect()); setInterval(() => 0, 1e6); })`;
    const child = forkSpawner(script(body)).start(cellJob());
    const sending = setInterval(() => {
      child.send(cellJob());
    }, 5);
    const reason = await new Promise<ExitReason>((resolve) => {
      child.onExit(resolve);
    });
    clearInterval(sending);
    expect(reason).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("tells of a program that is not there", async () => {
    const child = forkSpawner(script(""), { execPath: join(scratchDir(), "no-node") }).start(cellJob());
    const reason = await new Promise<ExitReason>((resolve) => {
      child.onExit(resolve);
    });
    expect(reason).toEqual({ code: null, signal: null, stderr: expect.stringContaining("ENOENT") as string });
  });

  it("works with runCell: a child that throws is a failed cell with its message", async () => {
    const outcome = await runCell({
      spawner: forkSpawner(script(`throw new Error("cannot go on")`)),
      job: cellJob(),
      timeoutSeconds: undefined,
      signal: new AbortController().signal,
      onMessage: () => undefined,
    });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "WORKER_DIED" } });
    expect(outcome.error!.message).toMatch(/exit code 1.*cannot go on/);
  });
});
