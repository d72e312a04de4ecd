import { sql as runs } from "./0001-runs.ts";

/** Every migration in order; number N takes a database from version N-1 to N. Never edit one that was released. */
export const MIGRATIONS: readonly { readonly number: number; readonly sql: string }[] = Object.freeze([
  { number: 1, sql: runs },
]);

/** Version of a fully migrated database. */
export const STORE_VERSION = MIGRATIONS.length;
