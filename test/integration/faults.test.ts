import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openLab } from "#core/app/open-lab.ts";
import { executeRun } from "#core/runs/execute.ts";
import { forkSpawner, type Spawner } from "#core/runs/spawner.ts";
import { readRun } from "#core/store/read-run.ts";
import { copyModel, questionFile, scratchDir, smallSpec, testLab, WORKER } from "../helpers/lab.ts";

describe("a measuring process that is killed", () => {
  it("fails its cell, keeps what it had measured, and the next cell still runs", async () => {
    const real = forkSpawner(WORKER);
    let killed = 0;
    const murderous: Spawner = {
      ...real,
      start: (job) => {
        const child = real.start(job);
        if (killed === 0) {
          child.onMessage((message) => {
            // As an operator or the kernel's out-of-memory killer would: from outside, in the middle of a pass.
            if (message.type !== "questions" || killed > 0) return;
            killed = child.pid!;
            process.kill(child.pid!, "SIGKILL");
          });
        }
        return child;
      },
    };
    const lab = { ...testLab(), spawner: murderous };
    const { runId, status } = await executeRun(smallSpec(copyModel("llama"), questionFile(64)), lab);
    expect(status).toBe("failed");
    const { run, cells } = readRun(lab.db, runId);
    expect(run.status).toBe("failed");
    const [dead, alive] = cells;
    expect(dead).toMatchObject({ status: "failed", error: { code: "WORKER_DIED" } });
    expect(dead!.error!.message).toContain("SIGKILL");
    expect(dead!.forward).toHaveLength(2);
    expect(dead!.tokens.length).toBeGreaterThanOrEqual(16);
    expect(dead!.tokens.length).toBeLessThan(64);
    expect(alive).toMatchObject({ status: "done", error: null });
    expect(alive!.tokens).toHaveLength(64);
  });
});

describe("a model or provider that does not work", () => {
  it("is refused before anything starts when its protobuf is cut off", async () => {
    const model = copyModel("llama");
    truncateSync(join(model, "onnx", "model.onnx"), 500_000);
    const lab = testLab();
    const running = executeRun(smallSpec(model, questionFile(4)), lab);
    await expect(running).rejects.toMatchObject({
      code: "MODEL_CORRUPT",
      message: expect.stringContaining("model.onnx") as string,
    });
    expect(lab.events).toEqual([]);
  });

  it("has its cell failed with the remedy when the provider is not on this machine", async () => {
    const model = copyModel("llama");
    const lab = testLab();
    const spec = smallSpec(model, questionFile(4), { cells: [{ format: "fp32", provider: "coreml" }] });
    const { runId, status } = await executeRun(spec, lab);
    expect(status).toBe("failed");
    const [cell] = readRun(lab.db, runId).cells;
    expect(cell!.error).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    expect(cell!.error!.message).toContain("Core ML is part of onnxruntime-node on macOS");
  });

  it("fails its cells naming the tokenizer when that is missing", async () => {
    const model = copyModel("qwen2");
    rmSync(join(model, "tokenizer.json"));
    const lab = testLab();
    const { runId, status } = await executeRun(smallSpec(model, questionFile(4)), lab);
    expect(status).toBe("failed");
    const { cells } = readRun(lab.db, runId);
    expect(cells.length).toBeGreaterThan(0);
    for (const cell of cells) {
      expect(cell.error).toMatchObject({ code: "TOKENIZER_INVALID" });
      expect(cell.error!.message).toContain(join(model, "tokenizer.json"));
    }
  });

  it("is refused when the folder does not exist", async () => {
    const nowhere = join(scratchDir(), "nowhere");
    await expect(executeRun(smallSpec(nowhere, questionFile(4)), testLab())).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
      message: expect.stringContaining(nowhere) as string,
    });
  });
});

describe("questions that are broken", () => {
  it("are refused before anything starts when the file is empty", async () => {
    const file = join(scratchDir(), "empty.csv");
    writeFileSync(file, "");
    const lab = testLab();
    await expect(executeRun(smallSpec(copyModel("llama"), file), lab)).rejects.toMatchObject({
      code: "QUESTIONS_INVALID",
    });
    expect(lab.events).toEqual([]);
  });

  it("are refused naming the line when one row is wrong", async () => {
    const file = join(scratchDir(), "bad.csv");
    writeFileSync(file, "question,A,B,answer\nFirst?,1,2,A\nSecond?,1,2,E\n");
    await expect(executeRun(smallSpec(copyModel("llama"), file), testLab())).rejects.toMatchObject({
      code: "QUESTIONS_INVALID",
      message: expect.stringContaining("line 3") as string,
    });
  });
});

describe("a home that cannot be written", () => {
  it("is refused with the way to choose another", () => {
    // A path below a file: even root cannot make a folder there.
    const file = join(scratchDir(), "file");
    writeFileSync(file, "");
    expect(() => openLab(join(file, "home"))).toThrow(/--home or QUANTSCOPE_HOME/);
  });
});

describe("a cell that takes too long", () => {
  it("is ended at its limit and says so", async () => {
    const lab = testLab();
    const spec = smallSpec(copyModel("llama"), questionFile(2000), {
      limits: { cellSeconds: 1 },
      cells: [{ format: "fp32" }],
    });
    const { runId } = await executeRun(spec, lab);
    expect(readRun(lab.db, runId).cells[0]).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
  });
});
