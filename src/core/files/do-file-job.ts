/** The child's part of file-jobs.ts. */
import { setImmediate } from "node:timers/promises";
import type { Reply } from "#shared/api.ts";
import { toEnvelope } from "#shared/errors.ts";
import type { FileJob, FileJobs, FileMessage } from "./file-jobs.ts";
import type { Reading } from "#core/files/reading.ts";
import { limitGrowth } from "./memory-limit.ts";

type Functions = {
  readonly [N in keyof FileJobs]: (input: FileJobs[N]["input"], reading: Reading) => Promise<FileJobs[N]["output"]>;
};

/** Each loads what it needs and no more. */
const FUNCTIONS: Functions = {
  describeTokenizer: async (...of) => (await import("#core/engine/text-facts.ts")).describeTokenizer(...of),
  describeTemplate: async (...of) => (await import("#core/engine/text-facts.ts")).describeTemplate(...of),
  readQuestions: async (file, reading) => {
    await reading(file);
    return (await import("#core/benchmarks/question-set.ts")).loadQuestionSet(file);
  },
  planPrompt: async (...of) => (await import("#core/benchmarks/plan-prompt.ts")).planPrompt(...of),
};

export async function doFileJob(
  { fileJob, input, memoryBytes }: FileJob,
  send: (message: FileMessage) => void,
): Promise<Reply> {
  const run = FUNCTIONS[fileJob] as (input: unknown, reading: Reading) => Promise<unknown>;
  limitGrowth(memoryBytes);
  using stray = takeStrayRejections();
  try {
    const working = run(input, async (file) => {
      send({ type: "reading", file });
      // What comes next may block this process for good.
      await setImmediate();
    });
    const value = await Promise.race([working, stray.first]);
    return { ok: true, value };
  } catch (error) {
    // Others of the same job come at the end of the same turn.
    await setImmediate();
    return { ok: false, error: toEnvelope(error) };
  } finally {
    limitGrowth(null);
  }
}

/** Libraries leave promises of damaged files to nobody. During a job they are its failure, and not the end of the process. */
function takeStrayRejections(): { readonly first: Promise<never> } & Disposable {
  const others = process.listeners("unhandledRejection");
  const { promise: first, reject } = Promise.withResolvers<never>();
  first.catch(() => undefined);
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", reject);
  return {
    first,
    [Symbol.dispose]: () => {
      process.off("unhandledRejection", reject);
      for (const listener of others) process.on("unhandledRejection", listener);
    },
  };
}
