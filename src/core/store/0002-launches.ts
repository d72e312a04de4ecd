/**
 * Launches: a cell is measured in several processes, and every sample says which. What version 1 measured was one launch
 * that did everything; its rows become that launch, and what it did not measure is null.
 */
export const sql = `
CREATE TABLE launches (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('timing', 'stepping', 'quality', 'memory')),
  launch INTEGER NOT NULL,
  -- 0 where the launch is of no batch size alone.
  batch_size INTEGER NOT NULL,
  position INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'cancelled')),
  started_at TEXT NOT NULL,
  elapsed_ms REAL,
  load_ms REAL,
  memory TEXT,
  canary_drift REAL,
  PRIMARY KEY (cell_id, kind, launch, batch_size)
) STRICT, WITHOUT ROWID;

INSERT INTO launches (cell_id, kind, launch, batch_size, position, status, started_at, elapsed_ms, load_ms, memory)
SELECT cells.id, 'timing', 1, 0, cells.position, cells.status, runs.started_at, 0, cells.load_ms, cells.memory
FROM cells JOIN runs ON runs.id = cells.run_id WHERE cells.status IN ('done', 'failed', 'cancelled');
INSERT INTO launches (cell_id, kind, launch, batch_size, position, status, started_at, elapsed_ms)
SELECT id, 'quality', 1, 0, position, status, (SELECT started_at FROM runs WHERE runs.id = run_id), 0
FROM cells WHERE status IN ('done', 'failed', 'cancelled');

ALTER TABLE cells ADD COLUMN self_tests TEXT;
-- {name, sha256} of the running text of the tokens pass.
ALTER TABLE runs ADD COLUMN text_set TEXT;
UPDATE runs SET spec = json_set(spec, '$.depth', 'preview', '$.launches', 1),
  environment = json_set(environment, '$.gpus', json('[]'), '$.powerSource', null);

CREATE TABLE forward_launches (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('timing', 'memory')),
  launch INTEGER NOT NULL,
  batch_size INTEGER NOT NULL,
  sequence_length INTEGER NOT NULL,
  latency_ms BLOB NOT NULL,
  compute_ms BLOB NOT NULL,
  warmup_ms BLOB NOT NULL,
  peak_memory_bytes INTEGER,
  run_peak_bytes INTEGER,
  anonymous_bytes INTEGER,
  file_bytes INTEGER,
  device_memory_bytes INTEGER,
  foreign_load_cores REAL,
  repeats INTEGER NOT NULL,
  swapped INTEGER NOT NULL,
  skipped TEXT,
  PRIMARY KEY (cell_id, kind, launch, batch_size)
) STRICT, WITHOUT ROWID;
INSERT INTO forward_launches (cell_id, kind, launch, batch_size, sequence_length, latency_ms, compute_ms, warmup_ms,
  peak_memory_bytes, run_peak_bytes, device_memory_bytes, foreign_load_cores, repeats, swapped, skipped)
SELECT cell_id, 'timing', 1, batch_size, sequence_length, latency_ms, x'', warmup_ms, peak_memory_bytes, run_peak_bytes,
  device_memory_bytes, foreign_load_cores, 0, 0, skipped FROM forward_results;
DROP TABLE forward_results;

CREATE TABLE decode_launches (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  way TEXT NOT NULL CHECK (way IN ('user', 'compute')),
  launch INTEGER NOT NULL,
  batch_size INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  method TEXT NOT NULL,
  graph TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  time_to_first_token_ms BLOB NOT NULL,
  inter_token_ms BLOB NOT NULL,
  foreign_load_cores REAL,
  skipped TEXT,
  PRIMARY KEY (cell_id, way, launch, batch_size, depth)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  launch INTEGER NOT NULL,
  part INTEGER NOT NULL,
  at_ms BLOB NOT NULL,
  resident_bytes BLOB NOT NULL,
  tokens_per_second BLOB NOT NULL,
  PRIMARY KEY (cell_id, kind, launch, part)
) STRICT, WITHOUT ROWID;

ALTER TABLE token_rows ADD COLUMN log_sum_exp REAL;
ALTER TABLE token_rows ADD COLUMN reference_logprobs BLOB;
ALTER TABLE token_rows ADD COLUMN kl_divergence REAL;

CREATE TABLE text_chunks (
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  chunk INTEGER NOT NULL,
  scored_bytes INTEGER NOT NULL,
  -- float64 a token; NaN where the logits were not numbers.
  negative_log_likelihood BLOB NOT NULL,
  PRIMARY KEY (cell_id, chunk)
) STRICT, WITHOUT ROWID;

CREATE TABLE text_rows (
  cell_id TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  position INTEGER NOT NULL,
  top_ids BLOB NOT NULL,
  top_logprobs BLOB NOT NULL,
  log_sum_exp REAL,
  reference_logprobs BLOB,
  kl_divergence REAL,
  PRIMARY KEY (cell_id, chunk, position),
  FOREIGN KEY (cell_id, chunk) REFERENCES text_chunks (cell_id, chunk) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

ALTER TABLE answers ADD COLUMN normalized_predicted INTEGER;
ALTER TABLE answers ADD COLUMN normalized_correct INTEGER;
ALTER TABLE answers ADD COLUMN cut_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answers ADD COLUMN shared_seam INTEGER NOT NULL DEFAULT 0;
ALTER TABLE generations ADD COLUMN margins BLOB NOT NULL DEFAULT x'';
`;
