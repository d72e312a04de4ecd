import { chanceLevel } from "#shared/metrics/accuracy.ts";
import type { BenchmarkPassSpec, Spec, TokensPassSpec } from "#shared/spec.ts";
import type { Question, QuestionSet } from "#core/benchmarks/question-set.ts";
import { sampleQuestions } from "#core/benchmarks/sample.ts";
import { pickShots } from "#core/benchmarks/shots.ts";
import type { QuestionReader } from "#core/files/question-reader.ts";
import type { QuestionJob } from "./protocol.ts";

export interface PlannedQuestions {
  readonly sets: readonly {
    readonly set: QuestionSet;
    readonly asked: readonly Question[];
    readonly chanceLevel: number;
  }[];
  readonly jobs: readonly QuestionJob[];
}

type AskingPass = Omit<TokensPassSpec, "questions"> | Omit<BenchmarkPassSpec, "questions">;

/**
 * Reads the question sets and joins the passes that ask the same questions in the same words: one forward pass then serves
 * both. The benchmark's set comes first: it is the one that results.json names.
 * @throws LabError QUESTIONS_INVALID naming the file and what is wrong in it
 */
export async function planQuestions({ passes, sample }: Spec, read: QuestionReader): Promise<PlannedQuestions> {
  const sets: PlannedQuestions["sets"][number][] = [];
  const jobs: QuestionJob[] = [];
  const { benchmark, tokens } = passes;
  const add = async (
    file: string,
    pass: AskingPass,
    asks: Pick<QuestionJob, "tokens" | "benchmark">,
  ): Promise<void> => {
    const set = await read(file);
    const known = sets.findIndex((entry) => entry.set.sha256 === set.sha256);
    const setIndex = known >= 0 ? known : sets.length;
    if (known < 0) {
      const asked = sampleQuestions(set.questions, sample);
      sets.push({ set, asked, chanceLevel: chanceLevel(asked.map(({ choices }) => choices.length)) ?? 0 });
    }
    const { asked } = sets[setIndex]!;
    const { subject, chatTemplate, promptTemplate } = pass;
    const shots = pickShots(asked, set, await shotSet(set, pass, read), pass.shots, subject);
    jobs.push({ setIndex, setName: set.name, questions: asked, shots, promptTemplate, subject, chatTemplate, ...asks });
  };

  const together = tokens !== undefined && benchmark !== undefined && asksTheSame(tokens, benchmark);
  if (benchmark) await add(benchmark.questions, benchmark, { benchmark, tokens: together });
  if (tokens?.questions !== undefined && !together) {
    await add(tokens.questions, tokens, { benchmark: null, tokens: true });
  }
  return { sets, jobs };
}

/** Where solved questions come from: the whole asked file, not only its sample, unless the pass names another. */
async function shotSet(
  set: QuestionSet,
  { shots, shotQuestions }: AskingPass,
  read: QuestionReader,
): Promise<QuestionSet> {
  return shots === 0 || shotQuestions === undefined ? set : read(shotQuestions);
}

/** Whether two passes put the same prompts. */
function asksTheSame(tokens: TokensPassSpec, benchmark: BenchmarkPassSpec): boolean {
  const source = ({ shots, shotQuestions, questions }: TokensPassSpec | BenchmarkPassSpec): string | undefined =>
    shots === 0 ? undefined : (shotQuestions ?? questions);
  const fields = ["questions", "promptTemplate", "chatTemplate", "subject", "shots"] as const;
  return fields.every((field) => tokens[field] === benchmark[field]) && source(tokens) === source(benchmark);
}
