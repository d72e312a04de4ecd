/**
 * What lists and trends read instead of whole runs: one small row a run, kept by triggers so that no writer can forget it,
 * and one row a measured cell with the numbers that are followed over time, derived once (shared/compare/trend).
 */
export const sql = `
CREATE TABLE history (
  run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  duration_ms REAL,
  cells INTEGER NOT NULL DEFAULT 0,
  cells_done INTEGER NOT NULL DEFAULT 0,
  cells_failed INTEGER NOT NULL DEFAULT 0,
  machine_id TEXT NOT NULL,
  -- Processor and GPUs, in words.
  machine TEXT NOT NULL,
  onnxruntime TEXT NOT NULL,
  -- Of all GPUs; empty without any.
  driver TEXT NOT NULL,
  app TEXT NOT NULL,
  power TEXT,
  imported INTEGER NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  -- Hidden, and soon gone: until then it can be taken back.
  deleted_at TEXT,
  -- Of the derivation that trend_cells was filled by; 0 for none.
  trend_version INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX history_started ON history (started_at, run_id);
CREATE INDEX history_model ON history (model, started_at);
CREATE INDEX history_deleted ON history (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX history_underived ON history (trend_version, status);

-- Which formats a run has on which providers: what a filter asks, without reading cells.
CREATE TABLE run_kinds (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  format TEXT NOT NULL,
  provider TEXT NOT NULL,
  PRIMARY KEY (run_id, format, provider)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_kinds_provider ON run_kinds (provider, run_id);
CREATE INDEX run_kinds_format ON run_kinds (format, run_id);

INSERT INTO history (run_id, name, model, status, started_at, finished_at, duration_ms, machine_id, machine, onnxruntime,
  driver, app, power, imported, cells, cells_done, cells_failed)
SELECT r.id, r.name, r.model_name, r.status, r.started_at, r.finished_at,
  round((julianday(r.finished_at) - julianday(r.started_at)) * 86400000.0),
  coalesce(json_extract(r.environment, '$.machineId'), ''),
  coalesce(json_extract(r.environment, '$.cpu.model'), '')
    || coalesce((SELECT ' + ' || group_concat(json_extract(value, '$.name'), ' + ')
                 FROM json_each(r.environment, '$.gpus')), ''),
  coalesce(json_extract(r.environment, '$.runtime.onnxruntime'), ''),
  coalesce((SELECT group_concat(json_extract(value, '$.driver'), ', ') FROM json_each(r.environment, '$.gpus')), ''),
  coalesce(json_extract(r.environment, '$.app.version'), '')
    || coalesce(' (' || json_extract(r.environment, '$.app.commit') || ')', ''),
  json_extract(r.environment, '$.powerSource'), r.origin IS NOT NULL,
  (SELECT count(*) FROM cells c WHERE c.run_id = r.id),
  (SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.status = 'done'),
  (SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.status = 'failed')
FROM runs r;
INSERT OR IGNORE INTO run_kinds (run_id, format, provider) SELECT run_id, format, provider FROM cells;

CREATE TRIGGER history_run_added AFTER INSERT ON runs BEGIN
  INSERT INTO history (run_id, name, model, status, started_at, finished_at, duration_ms, machine_id, machine, onnxruntime,
    driver, app, power, imported)
  VALUES (NEW.id, NEW.name, NEW.model_name, NEW.status, NEW.started_at, NEW.finished_at,
    round((julianday(NEW.finished_at) - julianday(NEW.started_at)) * 86400000.0),
    coalesce(json_extract(NEW.environment, '$.machineId'), ''),
    coalesce(json_extract(NEW.environment, '$.cpu.model'), '')
      || coalesce((SELECT ' + ' || group_concat(json_extract(value, '$.name'), ' + ')
                   FROM json_each(NEW.environment, '$.gpus')), ''),
    coalesce(json_extract(NEW.environment, '$.runtime.onnxruntime'), ''),
    coalesce((SELECT group_concat(json_extract(value, '$.driver'), ', ') FROM json_each(NEW.environment, '$.gpus')), ''),
    coalesce(json_extract(NEW.environment, '$.app.version'), '')
      || coalesce(' (' || json_extract(NEW.environment, '$.app.commit') || ')', ''),
    json_extract(NEW.environment, '$.powerSource'), NEW.origin IS NOT NULL);
END;

-- Whatever happens to a run that was derived, happens to what was derived from it: a resumed one is derived again.
CREATE TRIGGER history_run_changed AFTER UPDATE OF name, status, finished_at, origin ON runs BEGIN
  UPDATE history SET name = NEW.name, status = NEW.status, finished_at = NEW.finished_at,
    duration_ms = round((julianday(NEW.finished_at) - julianday(NEW.started_at)) * 86400000.0),
    imported = NEW.origin IS NOT NULL,
    trend_version = CASE WHEN OLD.status = NEW.status THEN trend_version ELSE 0 END
  WHERE run_id = NEW.id;
END;

CREATE TRIGGER history_cell_added AFTER INSERT ON cells BEGIN
  UPDATE history SET cells = cells + 1, cells_done = cells_done + (NEW.status = 'done'),
    cells_failed = cells_failed + (NEW.status = 'failed') WHERE run_id = NEW.run_id;
  INSERT OR IGNORE INTO run_kinds (run_id, format, provider) VALUES (NEW.run_id, NEW.format, NEW.provider);
END;

CREATE TRIGGER history_cell_changed AFTER UPDATE OF status ON cells WHEN OLD.status <> NEW.status BEGIN
  UPDATE history SET cells_done = cells_done + (NEW.status = 'done') - (OLD.status = 'done'),
    cells_failed = cells_failed + (NEW.status = 'failed') - (OLD.status = 'failed') WHERE run_id = NEW.run_id;
END;

CREATE TABLE trend_cells (
  cell_id TEXT PRIMARY KEY REFERENCES cells (id) ON DELETE CASCADE,
  run_id TEXT NOT NULL,
  model TEXT NOT NULL,
  format TEXT NOT NULL,
  provider TEXT NOT NULL,
  started_at TEXT NOT NULL,
  label TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  -- Under which circumstances each number was measured: only numbers of the same are compared. JSON, by metric.
  setups TEXT NOT NULL,
  -- float64, five a metric: value, low, high, kind of interval, count.
  numbers BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trend_series ON trend_cells (model, format, provider, started_at);
CREATE INDEX trend_runs ON trend_cells (run_id);

-- The cell that comparisons begin with; one at most.
CREATE TABLE pinned_baseline (
  place INTEGER PRIMARY KEY CHECK (place = 1),
  cell_id TEXT NOT NULL REFERENCES cells (id) ON DELETE CASCADE
) STRICT;
`;
