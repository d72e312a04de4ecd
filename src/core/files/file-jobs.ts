/** Work on files that come from elsewhere and may be made to hang or to fill the memory. A child does it (file-worker.ts). */
import type { Reply } from "#shared/api.ts";
import type { QuestionSet } from "#core/benchmarks/question-set.ts";
import type { PlannedPrompt, PromptToPlan } from "#core/benchmarks/plan-prompt.ts";
import type { TemplateFacts, TokenizerFacts } from "#core/engine/text-facts.ts";

/** Every job by name, with what crosses the process border: plain data. do-file-job.ts has the functions. */
export interface FileJobs {
  /** Of a model's folder. */
  readonly describeTokenizer: { readonly input: string; readonly output: TokenizerFacts };
  readonly describeTemplate: { readonly input: string; readonly output: TemplateFacts };
  /** The path of a file of questions, of any kind that can be read. */
  readonly readQuestions: { readonly input: string; readonly output: QuestionSet };
  readonly planPrompt: { readonly input: PromptToPlan; readonly output: PlannedPrompt };
}

/** To the child, which does one at a time. */
export interface FileJob {
  readonly fileJob: keyof FileJobs;
  readonly input: unknown;
  /** How much the process may grow over it. */
  readonly memoryBytes: number;
}

/** From the child: which file it begins to read, so that an error can name it; then the answer. */
export type FileMessage =
  { readonly type: "reading"; readonly file: string } | { readonly type: "answered"; readonly reply: Reply };
