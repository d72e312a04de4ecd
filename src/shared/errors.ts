/**
 * Every failure a user can meet, as a closed list. A message says what happened, to which file or field, and what to do;
 * `details` holds what a program wants to read. Errors cross every process border as this envelope.
 */
export const ERROR_CODES = [
  "MODEL_NOT_FOUND",
  "MODEL_CORRUPT",
  "MODEL_UNSUPPORTED",
  "TOKENIZER_INVALID",
  "EXTERNAL_DATA_MISSING",
  "EXTERNAL_DATA_UNSAFE",
  "PROVIDER_UNAVAILABLE",
  "FORMAT_UNSUPPORTED",
  "SPEC_INVALID",
  "QUESTIONS_INVALID",
  "PROMPTS_INVALID",
  "QUESTIONS_NOT_FOUND",
  "RUN_NOT_FOUND",
  "RUN_BUSY",
  "JOB_NOT_FOUND",
  "NAME_TAKEN",
  "PATH_REFUSED",
  "NOT_AVAILABLE",
  "OUT_OF_MEMORY",
  "WORKER_DIED",
  "TIMEOUT",
  "CANCELLED",
  "STORE_BUSY",
  "STORE_UNUSABLE",
  "STORE_TOO_NEW",
  "STORE_CORRUPT",
  "DISK_FULL",
  "OUTPUT_UNWRITABLE",
  "BUNDLE_INVALID",
  "BUNDLE_TOO_NEW",
  "BUNDLE_CONFLICT",
  "BAD_REQUEST",
  "INTERNAL",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorEnvelope {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}

export class LabError extends Error {
  override readonly name = "LabError";
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  toEnvelope(): ErrorEnvelope {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** Any thrown value as an envelope: a LabError keeps its code, everything else is INTERNAL with its message. */
export function toEnvelope(error: unknown): ErrorEnvelope {
  if (error instanceof LabError) return error.toEnvelope();
  const message = error instanceof Error ? error.message : String(error);
  return { code: "INTERNAL", message, details: {} };
}
