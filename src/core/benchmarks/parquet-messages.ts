/** Columns of a question set, as Hugging Face's `cais/mmlu` has them. */
export const NEEDED = ["question", "choices", "answer"];
export const OPTIONAL = ["subject"];

/** What the thread says once, unless it dies. */
export type ParquetAnswer =
  | { readonly type: "rows"; readonly rows: readonly Record<string, unknown>[] }
  | { readonly type: "missing"; readonly missing: readonly string[]; readonly present: readonly string[] }
  | { readonly type: "refused"; readonly reason: string };
