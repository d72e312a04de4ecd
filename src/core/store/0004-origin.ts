/** Runs that were measured elsewhere say so, runs have tags, and what history asks for by file or model is indexed. */
export const sql = `
-- JSON; null for a run that was measured here in one piece.
ALTER TABLE runs ADD COLUMN origin TEXT;

CREATE TABLE run_tags (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (run_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_tags_tag ON run_tags (tag, run_id);

CREATE INDEX runs_model ON runs (model_name, started_at);
CREATE INDEX runs_status ON runs (status, started_at);
CREATE INDEX cells_file ON cells (sha256, provider);
`;
