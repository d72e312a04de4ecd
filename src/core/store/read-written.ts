import type { Written } from "#core/runs/protocol.ts";
import { unpackInt32 } from "./blobs.ts";
import type { Db } from "./database.ts";
import { prepared } from "./statement-cache.ts";

/** What a cell has generated so far, of the given questions and prompts; answers of runs that kept no ids are left out. */
export function readWritten(
  db: Db,
  cellId: string,
  asked: { readonly questions: readonly string[]; readonly prompts: readonly string[] },
): Written {
  const answer = prepared<{ ids: Buffer | null }>(
    db,
    "SELECT token_ids AS ids FROM answers WHERE cell_id = ? AND mode = 'generate' AND question_id = ?",
  );
  const text = prepared<{ ids: Buffer | null }>(
    db,
    "SELECT token_ids AS ids FROM generations WHERE cell_id = ? AND prompt_id = ?",
  );
  const idsBy = (statement: typeof answer, keys: readonly string[]): Record<string, readonly number[]> =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const ids = statement.get(cellId, key)?.ids;
        return ids ? [[key, unpackInt32(ids)]] : [];
      }),
    );
  return { answers: idsBy(answer, asked.questions), texts: idsBy(text, asked.prompts) };
}
