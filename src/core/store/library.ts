/** Rows of the library; what they mean is known in core/app. */
import { type Db, storeError } from "./database.ts";

export interface ModelRow {
  readonly name: string;
  readonly folder: string;
  readonly addedAt: string;
  readonly summary: string | null;
}

interface QuestionsRow {
  readonly name: string;
  readonly file: string;
  readonly addedAt: string;
  /** 1 where the file lies in the data folder. */
  readonly uploaded: number;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly content: string;
}

const MODEL_COLUMNS = "name, folder, added_at AS addedAt, summary";
const QUESTIONS_COLUMNS = "name, file, added_at AS addedAt, uploaded, bytes, modified_ms AS modifiedMs, content";

export function listModelRows(db: Db): ModelRow[] {
  return db
    .prepare<[], ModelRow>(`SELECT ${MODEL_COLUMNS} FROM library_models ORDER BY name COLLATE NOCASE, name`)
    .all();
}

/** Adds it, or replaces the summary of the one that has its name. */
export function saveModelRow(db: Db, { name, folder, addedAt, summary }: ModelRow): void {
  write(db, () => {
    db.prepare(
      `INSERT INTO library_models (name, folder, added_at, summary) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET summary = excluded.summary`,
    ).run(name, folder, addedAt, summary);
  });
}

export function deleteModelRow(db: Db, name: string): void {
  write(db, () => {
    db.prepare("DELETE FROM library_models WHERE name = ?").run(name);
  });
}

export function listQuestionsRows(db: Db): QuestionsRow[] {
  return db
    .prepare<[], QuestionsRow>(`SELECT ${QUESTIONS_COLUMNS} FROM library_questions ORDER BY name COLLATE NOCASE, name`)
    .all();
}

/** Adds it, or replaces what is known of the content of the one that has its name. */
export function saveQuestionsRow(db: Db, row: QuestionsRow): void {
  const { name, file, addedAt, uploaded, bytes, modifiedMs, content } = row;
  write(db, () => {
    db.prepare(
      `INSERT INTO library_questions (name, file, added_at, uploaded, bytes, modified_ms, content)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, modified_ms = excluded.modified_ms, content = excluded.content`,
    ).run(name, file, addedAt, uploaded, bytes, modifiedMs, content);
  });
}

export function deleteQuestionsRow(db: Db, name: string): void {
  write(db, () => {
    db.prepare("DELETE FROM library_questions WHERE name = ?").run(name);
  });
}

export function readKept(db: Db, key: string): string | null {
  return db.prepare<[string], string>("SELECT value FROM kept_values WHERE key = ?").pluck().get(key) ?? null;
}

/** Every kept value whose key begins so, the prefix left out. */
export function listKept(db: Db, prefix: string): Record<string, string> {
  const rows = db
    .prepare<[string, number, string], { key: string; value: string }>(
      "SELECT key, value FROM kept_values WHERE key >= ? AND substr(key, 1, ?) = ?",
    )
    .all(prefix, prefix.length, prefix);
  return Object.fromEntries(rows.map(({ key, value }) => [key.slice(prefix.length), value]));
}

/** Null removes it. */
export function keep(db: Db, key: string, value: string | null): void {
  write(db, () => {
    if (value === null) db.prepare("DELETE FROM kept_values WHERE key = ?").run(key);
    else db.prepare("INSERT OR REPLACE INTO kept_values (key, value) VALUES (?, ?)").run(key, value);
  });
}

function write(db: Db, change: () => void): void {
  try {
    change();
  } catch (error) {
    throw storeError(error, db.name);
  }
}
