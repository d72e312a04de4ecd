/** What the user keeps beside runs: models and question sets by name, and small things that pages and probes remember. */
export const sql = `
CREATE TABLE library_models (
  name TEXT PRIMARY KEY,
  folder TEXT NOT NULL UNIQUE,
  added_at TEXT NOT NULL,
  -- What a list shows, as last read from the folder; JSON.
  summary TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE library_questions (
  name TEXT PRIMARY KEY,
  file TEXT NOT NULL UNIQUE,
  added_at TEXT NOT NULL,
  -- Came as content and lies in the data folder: it goes with its entry.
  uploaded INTEGER NOT NULL,
  -- Of the file when \`content\` was read: it is read again when one of them has changed.
  bytes INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- "page." keys are the pages' own; the others are this program's.
CREATE TABLE kept_values (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
