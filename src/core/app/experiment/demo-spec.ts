import { bundledSample } from "#shared/bundled-questions.ts";
import { parseSpec, type Spec } from "#shared/spec.ts";
import { demoResources } from "../files/resources.ts";

export interface DemoOptions {
  /** Ask as many questions as a preview does. */
  readonly few?: boolean | undefined;
  /** Ask so many questions. */
  readonly limit?: number | undefined;
}

/** What `quantscope demo` measures: the bundled model at three formats, with all its passes. */
export function demoSpec({ few = false, limit }: DemoOptions): Spec {
  const { model, questions, prompts, text } = demoResources();
  return parseSpec({
    schemaVersion: 1,
    name: "demo",
    model,
    cells: [{ format: "fp32" }, { format: "w8" }, { format: "int4" }],
    passes: {
      // Short on purpose, and still six launches, which give intervals; `quantscope run` measures longer by default.
      forward: { batchSizes: [1, 8], warmup: 1, minIterations: 3, minSeconds: 0.2, maxSeconds: 2 },
      // As many tokens as 12 chunks of the usual length, but enough of them for an interval that holds.
      tokens: { questions, texts: text, chunks: 24, chunkTokens: 256 },
      benchmark: { questions },
      generate: { prompts, maxNewTokens: 48 },
    },
    sample: bundledSample(few ? "preview" : "standard", limit),
  });
}
