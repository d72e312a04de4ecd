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

/** What a system refuses, by Node's code: no mistake of ours, wherever it is met. */
const REFUSALS: Readonly<Record<string, ErrorCode>> = Object.freeze({
  ENOSPC: "DISK_FULL",
  EDQUOT: "DISK_FULL",
  ENOMEM: "OUT_OF_MEMORY",
  EMFILE: "NOT_AVAILABLE",
  ENFILE: "NOT_AVAILABLE",
  ...Object.fromEntries(
    ["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "EROFS", "ENAMETOOLONG", "ELOOP", "EBUSY", "EIO"].map((code) => [
      code,
      "PATH_REFUSED" as const,
    ]),
  ),
});

const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = Object.freeze({
  DISK_FULL: "Free some space, or choose another disk.",
  OUT_OF_MEMORY: "Close other programs.",
  NOT_AVAILABLE: "Close other programs.",
  STORE_UNUSABLE: "Close other programs that use the data folder, and see that it may be written to.",
  STORE_CORRUPT: "Restore a backup of the data folder, or use another --home.",
  PATH_REFUSED: "Check the path, and that you may read and write there.",
});

/**
 * Any thrown value as an envelope: a LabError keeps its code, what the system refused gets one, everything else is INTERNAL with its
 * message.
 */
export function toEnvelope(error: unknown): ErrorEnvelope {
  if (error instanceof LabError) return error.toEnvelope();
  const message = error instanceof Error ? error.message : String(error);
  const code = refusalOf(error, message);
  return code === null
    ? { code: "INTERNAL", message, details: {} }
    : { code, message: `${message}. ${REMEDIES[code]!}`, details: {} };
}

function refusalOf(error: unknown, message: string): ErrorCode | null {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== "string") return null;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return "STORE_CORRUPT";
  if (code.startsWith("SQLITE_FULL")) return "DISK_FULL";
  // But for rows that break a rule of the store: those are a mistake of ours.
  if (/^SQLITE_(BUSY|LOCKED|READONLY|IOERR|CANTOPEN|PERM|NOLFS)/.test(code)) return "STORE_UNUSABLE";
  // A path with a NUL.
  if (code === "ERR_INVALID_ARG_VALUE" && message.includes("null bytes")) return "PATH_REFUSED";
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code]! : null;
}
