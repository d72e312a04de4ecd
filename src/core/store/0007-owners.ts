/** When the process started that measures a run: its number alone may be another process's by now (system/process-identity.ts). */
export const sql = `
ALTER TABLE runs ADD COLUMN process_start TEXT;
`;
