import type { PromptPreview } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import type { PromptTemplate } from "#shared/spec.ts";
import { continuations, subjectOf, writePrompt } from "#core/benchmarks/prompt-template.ts";
import type { QuestionSet } from "#core/benchmarks/question-set.ts";
import { pickShots } from "#core/benchmarks/shots.ts";
import type { FileWorker } from "#core/files/file-worker.ts";

interface PreviewOptions {
  /** Place in the set, from 0. */
  readonly index: number;
  readonly promptTemplate: PromptTemplate;
  readonly chatTemplate: boolean;
  readonly subject: string | undefined;
  readonly shots: number;
}

/**
 * Makes a prompt as a run would, by the same functions; those of the model's own files in a process that can be ended.
 * @throws LabError BAD_REQUEST for an index beyond the set, TOKENIZER_INVALID, those of FileWorker
 */
export async function previewPrompt(
  files: FileWorker,
  set: QuestionSet,
  modelDir: string,
  options: PreviewOptions,
): Promise<PromptPreview> {
  const question = set.questions[options.index];
  if (!question) {
    throw new LabError("BAD_REQUEST", `${set.name} has ${set.questions.length} questions; index begins at 0.`);
  }
  const { promptTemplate, chatTemplate, subject } = options;
  const [shots = []] = pickShots([question], set, set, options.shots, subject);
  const planned = await files.run("planPrompt", {
    modelDir,
    text: writePrompt(promptTemplate, question, shots, subjectOf(question, set.name, subject)),
    continuations: continuations(promptTemplate, question),
    chatTemplate,
  });
  return { total: set.questions.length, question: { ...question, choices: [...question.choices] }, ...planned };
}
