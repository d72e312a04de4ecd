import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forkSpawner } from "#core/runs/spawner.ts";
import { type ProbeAnswers, probeInChildren } from "#core/system/probe-children.ts";
import type { ProbeJob } from "#core/system/probe-protocol.ts";
import { scratchDir } from "../../helpers/lab.ts";

const job: ProbeJob = {
  probe: "cuda",
  threads: 1,
  tasks: [
    { format: "fp32", file: "a" },
    { format: "int8", file: "b" },
    { format: "int4", file: "c" },
  ],
};

/** A child that goes through its tasks by `body`, which may `answer(format)` or end. */
function probe(body: string, secondsPerFormat = 20, controller = new AbortController()): Promise<ProbeAnswers> {
  const file = join(scratchDir(), "child.mjs");
  writeFileSync(
    file,
    `const answer = (format) => process.send({ type: "probed", format, result: { logits: [1], placement: {}, loadMs: 1 } });
     process.once("message", async ({ tasks }) => {
       for (const { format } of tasks) { ${body} }
       await new Promise((resolve) => process.send({ type: "progress" }, resolve));
       process.exit(0);
     });`,
  );
  return probeInChildren({ spawner: forkSpawner(file), job, secondsPerFormat, signal: controller.signal });
}

describe("probeInChildren", () => {
  it("gives what each format gave", async () => {
    const { answers } = await probe("answer(format);");
    expect([...answers.keys()]).toEqual(["fp32", "int8", "int4"]);
    expect(answers.get("int8")).toEqual({ output: { logits: [1], placement: {}, loadMs: 1 } });
  });

  it("keeps refusals in their words", async () => {
    const refuse = `process.send({ type: "probed", format, result: { error: { code: "INTERNAL", message: "no " + format, details: {} } } });`;
    expect((await probe(refuse)).answers.get("int4")).toEqual({ refusal: "no int4" });
  });

  it("loses one format to a crash and goes on with the next in a new process", async () => {
    const { answers, stderr } = await probe(
      `if (format === "int8") { process.stderr.write("driver says goodbye\\n"); process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); } answer(format);`,
    );
    expect(answers.get("int8")).toEqual({
      status: "crashed",
      reason: "the process was ended by SIGKILL; it wrote: driver says goodbye",
    });
    expect(answers.get("fp32")).toHaveProperty("output");
    expect(answers.get("int4")).toHaveProperty("output");
    expect(stderr).toContain("driver says goodbye");
  });

  it("counts a child that ends in order without an answer as crashed", async () => {
    const { answers } = await probe("");
    expect(answers.get("fp32")).toEqual({ status: "crashed", reason: "the process ended with exit code 0" });
    expect(answers.size).toBe(3);
  });

  it("tries nothing more after a format that hangs", async () => {
    const { answers } = await probe(`if (format === "int8") for (;;); answer(format);`, 1);
    expect(answers.get("fp32")).toHaveProperty("output");
    expect(answers.get("int8")).toEqual({ status: "timed out", reason: "no answer within 1 s" });
    expect(answers.get("int4")).toEqual({ status: "not tried", reason: "int8 gave no answer within 1 s" });
  });

  it("does not wait for a child that hangs after its last answer", async () => {
    const { answers } = await probe(
      `answer(format); if (format === "int4") { setInterval(() => {}, 1000); await new Promise(() => {}); }`,
    );
    expect(answers.get("int4")).toHaveProperty("output");
  });

  it("ends with CANCELLED when it is told to, before and in the middle", async () => {
    const before = new AbortController();
    before.abort();
    await expect(probe("answer(format);", 20, before)).rejects.toMatchObject({ code: "CANCELLED" });
    const during = new AbortController();
    const running = probe("await new Promise((resolve) => setTimeout(resolve, 60_000));", 60, during);
    setTimeout(() => {
      during.abort();
    }, 50);
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
