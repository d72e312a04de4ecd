import { findDuplicates } from "#core/benchmarks/duplicates.ts";
import type { Db } from "./database.ts";

/** Sets are told apart by their content's hash, so that what was found of one stays true. */
const known = new WeakMap<Db, Map<string, Record<string, string>>>();

/** Which questions of a stored set repeat an earlier one, by id: looked for once, then remembered. */
export function readDuplicates(db: Db, sha256: string): Record<string, string> {
  const sets = known.get(db) ?? new Map<string, Record<string, string>>();
  known.set(db, sets);
  const found = sets.get(sha256) ?? findDuplicates(wordsOf(db, sha256));
  sets.set(sha256, found);
  return found;
}

/** In the file's order. */
function* wordsOf(db: Db, sha256: string): Iterable<{ id: string; question: string; choices: string[] }> {
  const rows = db
    .prepare<[string], { id: string; question: string; choices: string }>(
      "SELECT id, question, choices FROM questions WHERE set_sha256 = ? ORDER BY CAST(substr(id, 2) AS INTEGER)",
    )
    .iterate(sha256);
  for (const { id, question, choices } of rows) yield { id, question, choices: JSON.parse(choices) as string[] };
}
