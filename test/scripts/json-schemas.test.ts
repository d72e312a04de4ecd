import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jsonSchemas } from "../../scripts/json-schemas.ts";

describe("docs/*.schema.json", () => {
  it.each(Object.entries(jsonSchemas()))("%s is what the code checks (npm run generate:schema)", (name, schema) => {
    const stored: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, "..", "..", "docs", `${name}.schema.json`), "utf8"),
    );
    expect(stored).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});
