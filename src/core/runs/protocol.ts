/** What the parent and the measuring child say to each other. Plain data: it crosses a process border. */
import type { ErrorEnvelope } from "#shared/errors.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import type { Answer, CacheSelfTest, ForwardResult, Generation, MemoryResult, TokenRow } from "#shared/results.ts";
import type { BenchmarkPassSpec, ForwardPassSpec, GeneratePassSpec } from "#shared/spec.ts";
import type { Prompt } from "#core/benchmarks/prompts.ts";
import type { Question } from "#core/benchmarks/question-set.ts";

/** Questions that are asked once, for every pass that wants them: one forward pass serves tokens and benchmark. */
export interface QuestionJob {
  /** Identifies the job's question set among the run's. */
  readonly setIndex: number;
  readonly setName: string;
  readonly questions: readonly Question[];
  readonly subject: string | undefined;
  readonly chatTemplate: boolean;
  readonly tokens: boolean;
  readonly benchmark: Pick<BenchmarkPassSpec, "modes" | "temperature" | "topP" | "maxNewTokens"> | null;
}

/** Everything one child needs to measure one cell. */
export interface CellJob {
  readonly modelDir: string;
  readonly file: string;
  readonly provider: ProviderId;
  readonly providerOptions?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly threads: number;
  readonly seed: number;
  /** Peak memory above the idle process at which the cell ends (limits.memoryBytes). */
  readonly memoryLimitBytes?: number | undefined;
  readonly forward: ForwardPassSpec | null;
  readonly questionJobs: readonly QuestionJob[];
  readonly generate: { readonly spec: GeneratePassSpec; readonly prompts: readonly Prompt[] } | null;
}

export type PassName = "load" | "forward" | "questions" | "generate";

/** All that was measured on one question. */
export interface QuestionResult {
  readonly tokens: TokenRow | null;
  readonly loglikelihood: Answer | null;
  readonly generate: Answer | null;
}

export interface LoadResult {
  readonly loadMs: number;
  readonly memory: MemoryResult;
  readonly placement: Readonly<Record<string, number>>;
  readonly cacheSelfTest: CacheSelfTest | null;
  readonly specialTokens: { readonly before: string[]; readonly after: string[] };
}

export type WorkerMessage =
  | { readonly type: "progress"; readonly pass: PassName; readonly done: number; readonly total: number }
  | { readonly type: "loaded"; readonly result: LoadResult }
  | { readonly type: "forward"; readonly result: ForwardResult }
  | { readonly type: "questions"; readonly setIndex: number; readonly results: readonly QuestionResult[] }
  | { readonly type: "generation"; readonly result: Generation }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly error: ErrorEnvelope };
