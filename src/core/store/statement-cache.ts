import type { Statement } from "better-sqlite3";
import type { Db } from "./database.ts";

/** The filters of a list make some hundred different texts at most; more than these are compiled again. */
const MOST = 200;
const known = new WeakMap<Db, Map<string, Statement>>();

/** A statement that is compiled once for a database: lists are asked with every key that is pressed. */
export function prepared<Row>(db: Db, sql: string): Statement<unknown[], Row> {
  let statements = known.get(db);
  if (!statements) {
    statements = new Map<string, Statement>();
    known.set(db, statements);
  }
  const found = statements.get(sql) ?? db.prepare(sql);
  if (!statements.has(sql) && statements.size >= MOST) statements.clear();
  statements.set(sql, found);
  return found as Statement<unknown[], Row>;
}
