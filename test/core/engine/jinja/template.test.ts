import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileTemplate, type Given } from "#core/engine/jinja/template.ts";

/** What Python gives: test/fixtures/make/chat_templates.py. Null where it refuses; some outputs hold an address and are skipped. */
interface Table {
  readonly head: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly outputs: readonly (readonly (string | null)[])[];
}
interface Templates {
  readonly contexts: readonly Record<string, Given>[];
  readonly now: readonly [number, number, number, number, number, number, number];
  readonly cases: readonly (readonly [template: string, context: number, output: string | null])[];
}
const read = (name: string): unknown => JSON.parse(readFileSync(`test/fixtures/templates/${name}.json`, "utf8"));
const tables = read("tables") as readonly Table[];
const { contexts, now, cases } = read("templates") as Templates;

const SKIPPED = "\0skip";
const EXPRESSIONS: Readonly<Record<string, (row: string, column: string) => string>> = {
  filters: (value, name) => `{{ (${value})|${name} }}`,
  tests: (value, name) => `{{ (${value}) is ${name} }}`,
  methods: (value, name) => `{{ (${value}).${name} }}`,
  subscripts: (value, key) => `{{ (${value})[${key}] }}`,
  operators: (value, rest) => `{{ ${value} ${rest} }}`,
};

function render(template: string, context: number): string | { readonly refused: string } {
  try {
    return compileTemplate(template, () => new Date(...now))(contexts[context]!);
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** The same as Python's; where we refuse what Python renders, it is because we say that we do not know a construct. */
function difference(template: string, context: number, expected: string | null): unknown {
  if (expected === SKIPPED) return undefined;
  const ours = render(template, context);
  if (typeof ours === "string") return ours === expected ? undefined : { template, ours, expected };
  if (expected === null || ours.refused.endsWith(" is not supported")) return undefined;
  return { template, ...ours, expected };
}

describe("compileTemplate", () => {
  it.each(tables.map((table) => [table.head, table] as const))("gives what Python gives: %s", (head, table) => {
    const differences = table.rows.flatMap((row, y) =>
      table.columns.flatMap((column, x) => difference(EXPRESSIONS[head]!(row, column), 2, table.outputs[y]![x]!) ?? []),
    );
    expect(differences).toEqual([]);
  });

  it("gives what Python gives: whole templates, white space, statements in each other", () => {
    expect(cases.flatMap((each) => difference(...each) ?? [])).toEqual([]);
  });
});
