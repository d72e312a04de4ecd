/** What several groups of the contract are made of. Whatever a page sends is closed and has a largest size. */
import { z } from "zod";
import { ERROR_CODES } from "../errors.ts";
import { limitsSchema } from "../results.ts";

export const nothing = z.strictObject({});

export const bytes = z.number().int().min(0);

/** A moment as ISO 8601 in UTC. */
export const moment = z.string();

/** Of a model, a question set or a run, as people read it. */
export const nameInput = z.string().trim().min(1).max(200);

/** An absolute path, or in its place the name of a library entry where a request says so. */
export const pathInput = z.string().min(1).max(4096);

export const runIdInput = z.string().min(1).max(64);

/** `int4@cpu`, `int4@cpu#2`. */
export const cellLabelInput = z.string().min(1).max(200);

/** The limits that verdicts are judged by; what is left out is the default, or not limited. */
export const limitsInput = limitsSchema.partial().shape;

export const pageInput = {
  limit: z.number().int().min(1).max(500).default(100),
  offset: z.number().int().min(0).default(0),
};

export const errorEnvelopeSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** Longest JSON of a spec or recipe that a page may send. */
const LARGEST_DOCUMENT_CHARACTERS = 256 * 1024;

/** Whether a value is an object whose JSON is no longer than that. */
export function isSmallDocument(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  try {
    return JSON.stringify(value).length <= LARGEST_DOCUMENT_CHARACTERS;
  } catch {
    return false;
  }
}
