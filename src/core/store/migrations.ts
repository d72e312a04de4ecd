import { sql as runs } from "./0001-runs.ts";
import { sql as launches } from "./0002-launches.ts";
import { sql as library } from "./0003-library.ts";
import { sql as origin } from "./0004-origin.ts";
import { sql as history } from "./0005-history.ts";
import { sql as replays } from "./0006-replays.ts";
import { sql as owners } from "./0007-owners.ts";

/** Every migration in order; number N takes a database from version N-1 to N. Never edit one that was released. */
export const MIGRATIONS: readonly { readonly number: number; readonly sql: string }[] = Object.freeze([
  { number: 1, sql: runs },
  { number: 2, sql: launches },
  { number: 3, sql: library },
  { number: 4, sql: origin },
  { number: 5, sql: history },
  { number: 6, sql: replays },
  { number: 7, sql: owners },
]);

/** Version of a fully migrated database. */
export const STORE_VERSION = MIGRATIONS.length;
