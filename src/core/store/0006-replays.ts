/** What a cell had generated, generated again against the clock in several launches: how fast it writes. */
export const sql = `
-- int32; null where the ids were not kept.
ALTER TABLE answers ADD COLUMN token_ids BLOB;

CREATE TABLE replay_launches (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  launch INTEGER NOT NULL,
  replayed TEXT NOT NULL CHECK (replayed IN ('texts', 'answers')),
  method TEXT NOT NULL,
  graph TEXT NOT NULL,
  foreign_load_cores REAL,
  repeats INTEGER NOT NULL,
  PRIMARY KEY (cell_id, launch, replayed)
) STRICT, WITHOUT ROWID;

CREATE TABLE replay_items (
  cell_id TEXT NOT NULL,
  launch INTEGER NOT NULL,
  replayed TEXT NOT NULL,
  position INTEGER NOT NULL,
  -- Id of the prompt or question.
  item TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  words INTEGER NOT NULL,
  -- float64, a number a repeat; of steps all repeats in order.
  prompt_ms BLOB NOT NULL,
  step_ms BLOB NOT NULL,
  PRIMARY KEY (cell_id, launch, replayed, position),
  FOREIGN KEY (cell_id, launch, replayed) REFERENCES replay_launches (cell_id, launch, replayed) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
`;
