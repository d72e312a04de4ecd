/** What the parent and the measuring child say to each other. Plain data: it crosses a process border. */
import type { ErrorEnvelope } from "#shared/errors.ts";
import type {
  Answer,
  CacheSelfTest,
  DecodeLaunch,
  ForwardLaunch,
  Generation,
  LaunchKind,
  MemoryResult,
  ReplayLaunch,
  SelfTests,
  TextChunk,
  TokenRow,
} from "#shared/results.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import type {
  BenchmarkPassSpec,
  DecodePassSpec,
  ForwardPassSpec,
  GeneratePassSpec,
  GraphChoice,
  PromptTemplate,
} from "#shared/spec.ts";
import type { Prompt } from "#core/benchmarks/prompts.ts";
import type { Question } from "#core/benchmarks/question-set.ts";

/** Questions that are asked once, for every pass that wants them: one forward pass serves tokens and benchmark. */
export interface QuestionJob {
  /** Identifies the job's question set among the run's. */
  readonly setIndex: number;
  readonly setName: string;
  readonly questions: readonly Question[];
  /** Solved questions to put before each, by position in `questions`: the same list object where subjects are the same. */
  readonly shots: readonly (readonly Question[])[];
  readonly promptTemplate: PromptTemplate;
  readonly subject: string | undefined;
  readonly chatTemplate: boolean;
  readonly tokens: boolean;
  readonly benchmark: Pick<BenchmarkPassSpec, "modes" | "temperature" | "topP" | "maxNewTokens"> | null;
}

/** Running text, cut into chunks by the child, whose tokenizer decides where. */
export interface TextJob {
  readonly text: string;
  readonly chunks: number;
  readonly chunkTokens: number;
  readonly positionsPerChunk: number;
}

/**
 * Where the reference leaves its next tokens and logits for the others to compare with, position by position. The folder is
 * the run's and goes with it.
 */
export interface ReferenceRows {
  readonly role: "write" | "read";
  readonly dir: string;
}

/** Everything one child needs for one launch of one cell: a fresh process that measures its part and ends. */
export interface CellJob {
  readonly kind: LaunchKind;
  /** Counts from 1 within its kind. */
  readonly launch: number;
  readonly modelDir: string;
  readonly file: string;
  readonly provider: ProviderId;
  readonly providerOptions?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly threads: number;
  readonly graph: GraphChoice;
  readonly seed: number;
  /** Peak memory above the idle process at which the cell ends (limits.memoryBytes). */
  readonly memoryLimitBytes?: number | undefined;
  readonly forward: ForwardPassSpec | null;
  /** The user's way in a timing launch, the engine's own in a stepping launch. */
  readonly decode: DecodePassSpec | null;
  readonly questionJobs: readonly QuestionJob[];
  readonly texts: TextJob | null;
  readonly referenceRows: ReferenceRows | null;
  readonly generate: { readonly spec: GeneratePassSpec; readonly prompts: readonly Prompt[] } | null;
  /** Of a stepping launch: what is written again against the clock. */
  readonly replay: ReplayJob | null;
}

/** Ids that a cell generated, by question and by prompt; those of a text that ended at once are none. */
export interface Written {
  readonly answers: Readonly<Record<string, readonly number[]>>;
  readonly texts: Readonly<Record<string, readonly number[]>>;
}

/** Some answers and texts of the cell, which it feeds again as it had written them. */
export interface ReplayJob {
  /** The questions whose answers are replayed, the same of every cell. */
  readonly questions: QuestionJob | null;
  readonly generate: CellJob["generate"];
  /** Nothing until the launch starts: the quality launch of the cell writes it. */
  readonly written: Written;
  /** Whether a replay that other programs disturbed is repeated. */
  readonly repeatDisturbed: boolean;
}

export type PassName = "load" | "forward" | "decode" | "questions" | "texts" | "generate" | "replay";

/** All that was measured on one question. */
export interface QuestionResult {
  readonly tokens: TokenRow | null;
  readonly loglikelihood: Answer | null;
  readonly generate: Answer | null;
}

export interface LoadResult {
  readonly loadMs: number;
  /** Null where the launch's own session is not the model as it stands (stepping, quality). */
  readonly memory: MemoryResult | null;
  readonly placement: Readonly<Record<string, number>>;
  readonly cacheSelfTest: CacheSelfTest | null;
  readonly specialTokens: { readonly before: string[]; readonly after: string[] };
}

/** A piece of a sample series: at most ten samples a second, each read between two runs. */
export interface Samples {
  readonly atMs: readonly number[];
  readonly residentBytes: readonly number[];
  readonly tokensPerSecond: readonly number[];
}

export type WorkerMessage =
  | { readonly type: "progress"; readonly pass: PassName; readonly done: number; readonly total: number }
  | { readonly type: "loaded"; readonly result: LoadResult }
  | { readonly type: "forward"; readonly result: ForwardLaunch }
  | { readonly type: "decode"; readonly result: DecodeLaunch }
  | { readonly type: "selfTests"; readonly result: SelfTests }
  | {
      readonly type: "questions";
      readonly setIndex: number;
      /** How many of the results are of questions that no message told of before: scores and generated answers may come apart. */
      readonly asked: number;
      readonly results: readonly QuestionResult[];
    }
  | { readonly type: "texts"; readonly results: readonly TextChunk[] }
  | { readonly type: "generation"; readonly result: Generation }
  | { readonly type: "replay"; readonly result: ReplayLaunch }
  | { readonly type: "samples"; readonly samples: Samples }
  /** The last word of a launch that reached its end. */
  | { readonly type: "done"; readonly canaryDrift: number | null }
  | { readonly type: "failed"; readonly error: ErrorEnvelope };
