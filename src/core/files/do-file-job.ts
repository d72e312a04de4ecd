/** The child's part of file-jobs.ts. */
import { setImmediate } from "node:timers/promises";
import type { Reply } from "#shared/api.ts";
import { toEnvelope } from "#shared/errors.ts";
import type { FileJob, FileJobs, FileMessage, Reading } from "./file-jobs.ts";
import { limitGrowth } from "./memory-limit.ts";

type Functions = {
  readonly [N in keyof FileJobs]: (input: FileJobs[N]["input"], reading: Reading) => Promise<FileJobs[N]["output"]>;
};

/** Each loads what it needs and no more. */
const FUNCTIONS: Functions = {
  describeTokenizer: async (...of) => (await import("#core/engine/text-facts.ts")).describeTokenizer(...of),
  describeTemplate: async (...of) => (await import("#core/engine/text-facts.ts")).describeTemplate(...of),
  planPrompt: async (...of) => (await import("#core/benchmarks/plan-prompt.ts")).planPrompt(...of),
};

export async function doFileJob(
  { fileJob, input, memoryBytes }: FileJob,
  send: (message: FileMessage) => void,
): Promise<Reply> {
  const run = FUNCTIONS[fileJob] as (input: unknown, reading: Reading) => Promise<unknown>;
  limitGrowth(memoryBytes);
  try {
    const value = await run(input, async (file) => {
      send({ type: "reading", file });
      // What comes next may block this process for good.
      await setImmediate();
    });
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error: toEnvelope(error) };
  } finally {
    limitGrowth(null);
  }
}
