/** The library of question sets, and the prompts that are made of them. */
import { z } from "zod";
import { PROMPT_TEMPLATES } from "../spec.ts";
import { modelInput } from "./models.ts";
import { bytes, moment, nameInput, nothing, pageInput, pathInput } from "./parts.ts";

const questionSetEntrySchema = z.object({
  /** Unique; what requests and specs call it. */
  name: z.string(),
  file: z.string(),
  bundled: z.boolean(),
  addedAt: moment.nullable(),
  present: z.boolean(),
  /** As last read; null where the file cannot be read any more, and `problem` says why. */
  content: z
    .object({
      sha256: z.string(),
      bytes,
      count: z.number().int(),
      /** By name, with the number of questions; a set whose file names none has one. */
      subjects: z.array(z.object({ name: z.string(), count: z.number().int() })),
      /** Fewest and most choices of a question. */
      choices: z.object({ min: z.number().int(), max: z.number().int() }),
      /** Questions that repeat an earlier one: same text, same choices in whatever order. */
      duplicates: z.number().int(),
    })
    .nullable(),
  problem: z.string().nullable(),
});
export type QuestionSetEntry = z.output<typeof questionSetEntrySchema>;

/** A set's name, or the file of a library entry. */
const questionsInput = pathInput;

/** Largest file that a page may hand over by its content. */
export const LARGEST_UPLOAD_BYTES = 10 * 1024 * 1024;
const BASE64_CHARACTERS_PER_BYTE = 4 / 3;

const questionSchema = z.object({
  id: z.string(),
  subject: z.string().nullable(),
  question: z.string(),
  choices: z.array(z.string()),
  /** Index of the right choice. */
  answer: z.number().int(),
});
export type QuestionRow = z.output<typeof questionSchema>;

const promptSchema = z.object({
  /** Questions in the set. */
  total: z.number().int(),
  question: questionSchema,
  /** What is put before the tokenizer, character by character; the chat template is in it. */
  prompt: z.string(),
  /** As it is fed, with the special tokens that the tokenizer adds; a model that takes fewer gets the tokens that begin a text, and the prompt's end. */
  promptTokens: z.number().int(),
  specialTokens: z.object({ before: z.array(z.string()), after: z.array(z.string()) }),
  /** What is scored after the prompt for each choice, and how many tokens that is. */
  continuations: z.array(z.object({ text: z.string(), tokens: z.number().int() })),
  /** Prompt and choice share a token, so that choices are scored from the last token they have in common. */
  sharedSeam: z.boolean(),
});
export type PromptPreview = z.output<typeof promptSchema>;

export const questionRequests = {
  /** The bundled set first, then by name. */
  "questions.list": { input: nothing, output: z.object({ sets: z.array(questionSetEntrySchema) }) },
  /** Reads the whole file and keeps its place. QUESTIONS_INVALID has `details` {file, row, reason}. */
  "questions.add": {
    input: z.strictObject({ path: pathInput, name: nameInput.optional() }),
    output: questionSetEntrySchema,
  },
  /** The same with the file's content, which is copied into the data folder. The ending of `fileName` says what it is. */
  "questions.upload": {
    input: z.strictObject({
      fileName: z
        .string()
        .min(1)
        .max(200)
        .regex(/^[^/\\:\0]+\.(csv|json|jsonl|parquet)$/i, "must be the name of a .csv, .json, .jsonl or .parquet file"),
      /** base64. */
      content: z.base64().max(Math.ceil(LARGEST_UPLOAD_BYTES * BASE64_CHARACTERS_PER_BYTE) + 4),
      name: nameInput.optional(),
    }),
    output: questionSetEntrySchema,
  },
  /** Forgets it; a file that was added by its path stays, one that was uploaded goes. */
  "questions.remove": { input: z.strictObject({ questions: questionsInput }), output: nothing },
  /** The questions themselves, in the order of the file. QUESTIONS_*. */
  "questions.rows": {
    input: z.strictObject({ questions: questionsInput, ...pageInput }),
    output: z.object({ total: z.number().int(), rows: z.array(questionSchema) }),
  },
  /** The exact prompt that is sent for question `index` (from 0), and what it costs in tokens. */
  "questions.preview": {
    input: z.strictObject({
      questions: questionsInput,
      model: modelInput,
      index: z.number().int().min(0).max(10_000_000).default(0),
      promptTemplate: z.enum(PROMPT_TEMPLATES).default("mmlu"),
      chatTemplate: z.boolean().default(false),
      subject: z.string().max(200).optional(),
      /** Solved questions put before it, from the same set. */
      shots: z.number().int().min(0).max(64).default(0),
    }),
    output: promptSchema,
  },
} as const;
