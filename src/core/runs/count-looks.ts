import type { Spec } from "#shared/spec.ts";
import type { Db } from "#core/store/database.ts";

interface AskedRun {
  readonly spec: Spec;
  /** Of its first question set. */
  readonly setSha256: string;
  readonly asked: number;
  /** Hashes of its cells' files. */
  readonly files: readonly string[];
}

/**
 * Which look at the same questions, with another number of them, this run is: one more than the numbers (or samples) at which earlier
 * finished runs asked two of its files at least. Whoever looks again until a verdict comes must be judged more strictly
 * (stats/look-level.ts). The same run again is no further look: it gives the same answers.
 */
export function countLooks(db: Db, run: AskedRun): number {
  const earlier = db
    .prepare<[string], { id: string; spec: string; asked: number }>(
      `SELECT r.id, r.spec, q.asked FROM runs r JOIN run_questions q ON q.run_id = r.id
       WHERE q.set_sha256 = ? AND q.set_index = 0 AND r.status = 'done'`,
    )
    .all(run.setSha256);
  const filesOf = db.prepare<[string], string>("SELECT sha256 FROM cells WHERE run_id = ?").pluck();
  const looks = new Set<string>([lookOf(run.spec, run.asked)]);
  const words = wordsOf(run.spec);
  for (const { id, spec: text, asked } of earlier) {
    const spec = JSON.parse(text) as Spec;
    if (wordsOf(spec) !== words) continue;
    const shared = new Set(filesOf.all(id).filter((sha256) => run.files.includes(sha256)));
    if (shared.size >= 2) looks.add(lookOf(spec, asked));
  }
  return looks.size;
}

/** The sample that was asked. */
function lookOf({ sample }: Spec, asked: number): string {
  return JSON.stringify([asked, sample?.seed ?? 0, sample?.stratifyBy ?? null]);
}

/** How a question becomes a prompt: in other words it is another question. */
function wordsOf({ passes: { benchmark, tokens } }: Spec): string {
  const { promptTemplate, chatTemplate, subject, shots } = benchmark ?? tokens ?? {};
  return JSON.stringify([promptTemplate, chatTemplate, subject, shots]);
}
