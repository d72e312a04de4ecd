/**
 * Runs and everything measured in them. Arrays of numbers are little-endian blobs (float64 latencies and log-likelihoods,
 * int32 token ids, float32 log-probabilities): 10,000 runs of raw samples stay small and are read as they are.
 */
export const sql = `
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'cancelled')),
  -- The program that runs it: when that is gone, nobody will finish the run.
  process_id INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  spec TEXT NOT NULL,
  environment TEXT NOT NULL,
  model_name TEXT NOT NULL,
  model_folder TEXT NOT NULL,
  architecture TEXT,
  parameters INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_started ON runs (started_at);

CREATE TABLE question_sets (
  sha256 TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE questions (
  set_sha256 TEXT NOT NULL REFERENCES question_sets (sha256),
  id TEXT NOT NULL,
  subject TEXT,
  question TEXT NOT NULL,
  choices TEXT NOT NULL,
  answer INTEGER NOT NULL,
  PRIMARY KEY (set_sha256, id)
) STRICT, WITHOUT ROWID;

-- Which questions a run asks; most runs have one set, a spec may name one for tokens and another for the benchmark.
CREATE TABLE run_questions (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  set_index INTEGER NOT NULL,
  set_sha256 TEXT NOT NULL REFERENCES question_sets (sha256),
  asked INTEGER NOT NULL,
  chance_level REAL NOT NULL,
  special_tokens TEXT,
  PRIMARY KEY (run_id, set_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE cells (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  label TEXT NOT NULL,
  format TEXT NOT NULL,
  provider TEXT NOT NULL,
  threads INTEGER NOT NULL,
  file TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  bits_per_weight REAL,
  facts TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  error_code TEXT,
  error_message TEXT,
  load_ms REAL,
  memory TEXT,
  placement TEXT,
  cache_self_test TEXT,
  UNIQUE (run_id, label)
) STRICT;
CREATE INDEX cells_run ON cells (run_id, position);

CREATE TABLE forward_results (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  batch_size INTEGER NOT NULL,
  sequence_length INTEGER NOT NULL,
  latency_ms BLOB NOT NULL,
  warmup_ms BLOB NOT NULL,
  peak_memory_bytes INTEGER,
  run_peak_bytes INTEGER,
  device_memory_bytes INTEGER,
  foreign_load_cores REAL,
  skipped TEXT,
  PRIMARY KEY (cell_id, batch_size)
) STRICT, WITHOUT ROWID;

CREATE TABLE token_rows (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  question_id TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  top_ids BLOB NOT NULL,
  top_logprobs BLOB NOT NULL,
  PRIMARY KEY (cell_id, question_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  mode TEXT NOT NULL CHECK (mode IN ('loglikelihood', 'generate')),
  question_id TEXT NOT NULL,
  predicted INTEGER,
  correct INTEGER NOT NULL,
  format_failure INTEGER NOT NULL,
  choice_logprobs BLOB NOT NULL,
  text TEXT,
  generated_tokens INTEGER NOT NULL,
  elapsed_ms REAL NOT NULL,
  PRIMARY KEY (cell_id, mode, question_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE generations (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  prompt_id TEXT NOT NULL,
  prompt TEXT NOT NULL,
  chat_template INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  text TEXT NOT NULL,
  token_ids BLOB NOT NULL,
  token_ms BLOB NOT NULL,
  words_per_minute REAL,
  PRIMARY KEY (cell_id, prompt_id)
) STRICT, WITHOUT ROWID;

-- A large variant's hash takes seconds; it is computed again when the size of its files or the sum of their times changed.
CREATE TABLE file_hashes (
  path TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  modified_ms REAL NOT NULL,
  sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
