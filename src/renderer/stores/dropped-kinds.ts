/** What a dropped file is for, told by how it begins: a table may hold questions or another tool's measurements. */

/** `unknown`: nothing that is recognised, folders among them. */
type DroppedKind = "run" | "questions" | "unknown";

interface Sorted {
  readonly runs: readonly File[];
  readonly questions: readonly File[];
  readonly others: readonly File[];
}

const HEAD_BYTES = 64 * 1024;

/** @param head how the file begins, as text */
export function kindOf(fileName: string, head: string): DroppedKind {
  const ending = fileName.toLowerCase().replace(/^.*\./, "");
  if (ending === "qsrun" || head.startsWith("PK\u0003\u0004")) return "run";
  if (ending === "parquet") return "questions";
  if (ending === "csv") return tableKind(head);
  if (ending !== "json" && ending !== "jsonl") return "unknown";
  const has = (key: string): boolean => new RegExp(`"${key}"\\s*:`).test(head);
  // A sample of lm-eval holds its question too, so that these come first.
  if (has("doc_id") || has("avg_ns")) return "run";
  if (ending === "json" && (isSums(has) || (has("schemaVersion") && has("run")))) return "run";
  return has("question") && (has("choices") || has("answer")) ? "questions" : "unknown";
}

/** lm-eval's, whatever their file is called. */
function isSums(has: (key: string) => boolean): boolean {
  return has("results") && !has("schemaVersion");
}

/**
 * MMLU's own files have no header: a table that is not llama-bench's is a question set or nothing. Lines of a log may stand before
 * the header, of which importing it tells.
 */
function tableKind(head: string): DroppedKind {
  const [header = "", ...others] = head.split(/\r?\n/);
  const isBench =
    /(^|[,;"])avg_ns([,;"]|$)/.test(header) || others.some((line) => /^"?build_commit"?,.*avg_ns/.test(line));
  return isBench ? "run" : "questions";
}

export async function sortDropped(files: readonly File[]): Promise<Sorted> {
  const kinds = await Promise.all(files.map(async (file) => kindOf(file.name, await headOf(file))));
  const of = (wanted: DroppedKind): File[] => files.filter((_, index) => kinds[index] === wanted);
  return { runs: of("run"), questions: of("questions"), others: of("unknown") };
}

/** Empty for a folder, which cannot be read. */
async function headOf(file: File): Promise<string> {
  try {
    return await file.slice(0, HEAD_BYTES).text();
  } catch {
    return "";
  }
}
