import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Launch, openLaunch, sendLoaded, sendUnits } from "#core/measure/launch.ts";
import type { CellJob, WorkerMessage } from "#core/runs/protocol.ts";
import { FIXTURES } from "../../helpers/reference.ts";

const modelDir = join(FIXTURES, "zoo", "llama");

function open(extra: Partial<CellJob> = {}): { launch: Launch; sent: WorkerMessage[] } {
  const sent: WorkerMessage[] = [];
  const job = { kind: "timing", modelDir, file: join(modelDir, "onnx", "model.onnx"), provider: "cpu", ...extra };
  return { launch: openLaunch(job as CellJob, (message) => sent.push(message)), sent };
}

const loaded = { loadMs: 5, memory: null, placement: {}, cacheSelfTest: null };

describe("openLaunch", () => {
  it("describes the variant and the idle process, and loads nothing", () => {
    const { launch, sent } = open();
    expect(launch.variant.format).toBe("fp32");
    expect(launch.vocabularySize).toBeLessThanOrEqual(launch.tokenizer.vocabularySize);
    expect(launch.positionLimit).toBeGreaterThan(0);
    expect(launch.baseBytes).toBeGreaterThan(10 * 2 ** 20);
    // Of the idle process, Node itself is mapped; other systems do not tell.
    if (process.platform === "linux") expect(launch.baseFileBytes).toBeGreaterThan(10 * 2 ** 20);
    else expect(launch.baseFileBytes).toBeNull();
    expect(sent).toEqual([]);
  });

  it("sends what was measured before it ends a launch that is over its limit", () => {
    const { launch, sent } = open({ memoryLimitBytes: -1 });
    expect(() => {
      sendLoaded(launch, loaded);
    }).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
    expect(sent.map(({ type }) => type)).toEqual(["loaded"]);
  });

  it("lets progress through, which measures nothing", () => {
    const { launch, sent } = open({ memoryLimitBytes: -1 });
    launch.send({ type: "progress", pass: "load", done: 0, total: 1 });
    expect(sent).toHaveLength(1);
  });

  it("names the file that is not there", () => {
    expect(() => open({ file: join(modelDir, "onnx", "nothing.onnx") })).toThrow(/nothing\.onnx/);
  });
});

describe("sendUnits", () => {
  async function* units(): AsyncGenerator<number> {
    yield await Promise.resolve(4);
    yield await Promise.resolve(5);
  }
  const message = (count: number): WorkerMessage => ({ type: "done", canaryDrift: count });

  it("sends each unit when it is there, and how far the pass is", async () => {
    const { launch, sent } = open();
    await sendUnits(launch, "decode", 2, units(), message);
    expect(sent).toEqual([
      { type: "progress", pass: "decode", done: 0, total: 2 },
      { type: "done", canaryDrift: 4 },
      { type: "progress", pass: "decode", done: 1, total: 2 },
      { type: "done", canaryDrift: 5 },
      { type: "progress", pass: "decode", done: 2, total: 2 },
    ]);
  });

  it("keeps what came before a unit that fails", async () => {
    const { launch, sent } = open();
    async function* failing(): AsyncGenerator<number> {
      yield await Promise.resolve(4);
      throw new Error("the second fails");
    }
    await expect(sendUnits(launch, "forward", 2, failing(), message)).rejects.toThrow("the second fails");
    expect(sent.map(({ type }) => type)).toEqual(["progress", "done", "progress"]);
  });
});
