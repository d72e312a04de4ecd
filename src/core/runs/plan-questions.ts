import { chanceLevel } from "#shared/metrics/accuracy.ts";
import type { BenchmarkPassSpec, Spec, TokensPassSpec } from "#shared/spec.ts";
import { loadQuestionSet, type Question, type QuestionSet } from "#core/benchmarks/question-set.ts";
import { sampleQuestions } from "#core/benchmarks/sample.ts";
import type { QuestionJob } from "./protocol.ts";

export interface PlannedQuestions {
  readonly sets: readonly {
    readonly set: QuestionSet;
    readonly asked: readonly Question[];
    readonly chanceLevel: number;
  }[];
  readonly jobs: readonly QuestionJob[];
}

/**
 * Reads the question sets and joins the passes that ask the same questions in the same words: one forward pass then serves
 * both. The benchmark's set comes first: it is the one that results.json names.
 */
export async function planQuestions({ passes, sample }: Spec): Promise<PlannedQuestions> {
  const sets: PlannedQuestions["sets"][number][] = [];
  const jobs: QuestionJob[] = [];
  const { benchmark, tokens } = passes;
  const add = async (
    pass: NonNullable<typeof tokens | typeof benchmark>,
    asks: Pick<QuestionJob, "tokens" | "benchmark">,
  ): Promise<void> => {
    const set = await loadQuestionSet(pass.questions);
    const known = sets.findIndex((entry) => entry.set.sha256 === set.sha256);
    const setIndex = known >= 0 ? known : sets.length;
    if (known < 0) {
      const asked = sampleQuestions(set.questions, sample);
      sets.push({ set, asked, chanceLevel: chanceLevel(asked.map(({ choices }) => choices.length)) ?? 0 });
    }
    const { asked } = sets[setIndex]!;
    const { subject, chatTemplate } = pass;
    jobs.push({ setIndex, setName: set.name, questions: asked, subject, chatTemplate, ...asks });
  };

  const together = tokens !== undefined && benchmark !== undefined && asksTheSame(tokens, benchmark);
  if (benchmark) await add(benchmark, { benchmark, tokens: together });
  if (tokens && !together) await add(tokens, { benchmark: null, tokens: true });
  return { sets, jobs };
}

/** Whether two passes put the same prompts. */
function asksTheSame(tokens: TokensPassSpec, benchmark: BenchmarkPassSpec): boolean {
  return (["questions", "promptTemplate", "chatTemplate", "subject"] as const).every(
    (field) => tokens[field] === benchmark[field],
  );
}
