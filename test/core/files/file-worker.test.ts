import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FileWorker } from "#core/files/file-worker.ts";
import { textFacts } from "#core/files/text-facts.ts";
import { forkSpawner, type Spawner } from "#core/runs/spawner.ts";
import { isAlive } from "#core/app/open-lab.ts";
import { WORKER } from "../../helpers/lab.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const HANG = "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}";
const FILL = "{% set ns = namespace(l=[1]) %}{% for i in range(30) %}{% set ns.l = ns.l + ns.l %}{% endfor %}";

/** Backtracks for longer than anybody waits on the very text that every tokenizer is tried with when it is loaded. */
const HANGING_TOKENIZER = {
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "Replace", pattern: { String: "a" }, content: "a".repeat(64) },
      { type: "Replace", pattern: { Regex: "(a+)+b" }, content: "" },
    ],
  },
  model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" },
  added_tokens: [],
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

const words: object = { ...HANGING_TOKENIZER, normalizer: null };

function modelFolder({ template = "{{ messages[0].content }}", tokenizer = words } = {}): string {
  const folder = join(temporaryFolder(), "model");
  mkdirSync(folder);
  writeFileSync(join(folder, "chat_template.jinja"), template);
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  return folder;
}

function fileWorker(limits: ConstructorParameters<typeof FileWorker>[1] = {}): { files: FileWorker; pids: number[] } {
  const pids: number[] = [];
  const real = forkSpawner(WORKER);
  const start: Spawner["start"] = (job) => {
    const child = real.start(job);
    pids.push(child.pid!);
    return child;
  };
  const files = new FileWorker({ ...real, start }, limits);
  onTestFinished(() => files.close());
  return { files, pids };
}

const plan = (modelDir: string, chatTemplate = true) => ({ modelDir, text: "a", continuations: [" a"], chatTemplate });

describe("FileWorker", () => {
  it("does one job after another in one process, and throws what a job throws", async () => {
    const { files, pids } = fileWorker();
    const folder = modelFolder();
    const none = join(folder, "none");
    const [planned, refused, again] = await Promise.allSettled([
      files.run("planPrompt", plan(folder)),
      files.run("planPrompt", plan(none)),
      files.run("describeTemplate", folder),
    ]);
    expect(planned).toMatchObject({ value: { prompt: "a", promptTokens: 1 } });
    expect(refused).toMatchObject({ reason: { name: "LabError", code: "TOKENIZER_INVALID" } });
    expect(again).toMatchObject({ value: { hasChatTemplate: true, warnings: [] } });
    expect(pids).toHaveLength(1);
  });

  it.each([
    ["chat_template.jinja", { template: HANG }, true],
    ["tokenizer.json", { tokenizer: HANGING_TOKENIZER }, false],
  ])(
    "stops a %s that hangs, names it, and goes on in another process; this one never waits",
    async (name, model, chat) => {
      const { files, pids } = fileWorker({ seconds: 0.5 });
      const folder = modelFolder(model);
      let ticks = 0;
      const ticking = setInterval(() => (ticks += 1), 10);
      const hung = files.run("planPrompt", plan(folder, chat));
      const next = files.run("planPrompt", plan(modelFolder()));
      await expect(hung).rejects.toMatchObject({
        code: "TIMEOUT",
        message: expect.stringMatching(/^.+ took too long: it was stopped after 0\.5 s\./) as string,
        details: { file: join(folder, name) },
      });
      clearInterval(ticking);
      expect(ticks).toBeGreaterThan(10);
      expect(await next).toMatchObject({ prompt: "a" });
      expect(pids.map(isAlive)).toEqual([false, true]);
    },
  );

  it("stops what fills the memory, and names the file", async () => {
    const { files } = fileWorker({ memoryBytes: 100 * 2 ** 20 });
    const folder = modelFolder({ template: FILL });
    await expect(files.run("describeTemplate", folder)).rejects.toMatchObject({
      code: "OUT_OF_MEMORY",
      message: expect.stringMatching(/chat_template\.jinja takes more than 100 MiB of memory to read/) as string,
    });
    expect(files.open).toBe(false);
  });

  it("says that it was cancelled, by a signal and when it is closed, and leaves no process", async () => {
    const { files, pids } = fileWorker();
    const controller = new AbortController();
    const folder = modelFolder({ template: HANG });
    const cancelled = files.run("describeTemplate", folder, { signal: controller.signal });
    const closed = files.run("describeTemplate", folder);
    const waiting = files.run("describeTemplate", folder);
    await expect.poll(() => pids).toHaveLength(1);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    await expect.poll(() => pids).toHaveLength(2);
    const ends = Promise.allSettled([closed, waiting]);
    await files.close();
    expect(await ends).toMatchObject([{ reason: { code: "CANCELLED" } }, { reason: { code: "CANCELLED" } }]);
    await expect(files.run("describeTemplate", folder)).rejects.toMatchObject({ code: "CANCELLED" });
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  it("says that the process could not be started, or was ended", async () => {
    const nowhere = new FileWorker(forkSpawner(WORKER, { execPath: join(temporaryFolder(), "node") }));
    await expect(nowhere.run("describeTemplate", "x")).rejects.toMatchObject({ code: "WORKER_DIED" });
    const { files, pids } = fileWorker();
    const killed = files.run("describeTemplate", modelFolder({ template: HANG }));
    await expect.poll(() => pids).toHaveLength(1);
    process.kill(pids[0]!, "SIGKILL");
    await expect(killed).rejects.toMatchObject({ code: "WORKER_DIED" });
  });
});

describe("textFacts", () => {
  it("tells of what hangs as of any fault, and of the rest all the same", async () => {
    const { files } = fileWorker({ seconds: 0.5 });
    const { hasChatTemplate, warnings } = await textFacts(files, modelFolder({ template: HANG, tokenizer: {} }));
    expect(hasChatTemplate).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/chat_template\.jinja took too long/),
      expect.stringMatching(/tokenizer\.json cannot be used/),
    ]);
  });
});
