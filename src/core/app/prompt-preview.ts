import type { PromptPreview } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import type { PromptTemplate } from "#shared/spec.ts";
import { planChoices } from "#core/benchmarks/choice-plan.ts";
import { continuations, subjectOf, writePrompt } from "#core/benchmarks/prompt-template.ts";
import type { QuestionSet } from "#core/benchmarks/question-set.ts";
import { pickShots } from "#core/benchmarks/shots.ts";
import { loadChatTemplate } from "#core/engine/chat-template.ts";
import { loadTokenizer, type Tokenizer } from "#core/engine/tokenizer.ts";

interface PreviewOptions {
  /** Place in the set, from 0. */
  readonly index: number;
  readonly promptTemplate: PromptTemplate;
  readonly chatTemplate: boolean;
  readonly subject: string | undefined;
  readonly shots: number;
}

/** Makes prompts as a run would, by the same functions. Keeps the tokenizer that it used last: loading one takes a second. */
export class PromptPreviews {
  #last: { readonly dir: string; readonly tokenizer: Tokenizer } | null = null;

  /** @throws LabError BAD_REQUEST for an index beyond the set, TOKENIZER_INVALID */
  preview(set: QuestionSet, modelDir: string, options: PreviewOptions): PromptPreview {
    const question = set.questions[options.index];
    if (!question) {
      throw new LabError("BAD_REQUEST", `${set.name} has ${set.questions.length} questions; index begins at 0.`);
    }
    const tokenizer = this.#tokenizer(modelDir);
    const chat = options.chatTemplate ? loadChatTemplate(modelDir) : null;
    if (options.chatTemplate && !chat) {
      throw new LabError("TOKENIZER_INVALID", `The model in ${modelDir} has no chat template.`, { folder: modelDir });
    }
    const { promptTemplate, subject } = options;
    const [shots = []] = pickShots([question], set, set, options.shots, subject);
    const text = writePrompt(promptTemplate, question, shots, subjectOf(question, set.name, subject));
    const prompt = chat ? chat(text) : text;
    const choices = continuations(promptTemplate, question);
    const plan = planChoices(tokenizer, { prompt, continuations: choices, rendered: chat !== null });
    const { before, after } = tokenizer.specialTokens;
    return {
      total: set.questions.length,
      question: { ...question, choices: [...question.choices] },
      prompt,
      promptTokens: plan.promptIds.length,
      // A chat template writes its own.
      specialTokens: chat ? { before: [], after: [] } : { before, after },
      continuations: choices.map((continuation, index) => ({
        text: continuation,
        tokens: plan.sequences[index]!.length - plan.scoredFrom,
      })),
      sharedSeam: plan.sharedSeam,
    };
  }

  #tokenizer(dir: string): Tokenizer {
    if (this.#last?.dir !== dir) this.#last = { dir, tokenizer: loadTokenizer(dir) };
    return this.#last.tokenizer;
  }
}
