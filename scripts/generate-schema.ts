/** Writes docs/results.schema.json and docs/spec.schema.json from the zod schemas; a test fails when they drift. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchemas } from "./json-schemas.ts";

for (const [name, schema] of Object.entries(jsonSchemas())) {
  const file = join(import.meta.dirname, "..", "docs", `${name}.schema.json`);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  process.stdout.write(`${file}\n`);
}
