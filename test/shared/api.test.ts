import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EVENTS, replySchema, REQUESTS, runSummarySchema } from "#shared/api.ts";

describe("REQUESTS", () => {
  it("fill defaults: a page of 100 from the newest", () => {
    expect(REQUESTS["runs.list"].input.parse({})).toEqual({ limit: 100, offset: 0 });
  });

  it.each([{ limit: 0 }, { limit: 501 }, { limit: 1.5 }, { offset: -1 }, { page: 1 }])("refuse %j", (input) => {
    expect(REQUESTS["runs.list"].input.safeParse(input).success).toBe(false);
  });

  it("refuse arguments where there are none", () => {
    expect(REQUESTS["app.info"].input.parse({})).toEqual({});
    expect(REQUESTS["app.info"].input.safeParse({ path: "x" }).success).toBe(false);
  });

  it("and events are frozen tables with names of a group and a verb", () => {
    expect(Object.isFrozen(REQUESTS) && Object.isFrozen(EVENTS)).toBe(true);
    for (const name of [...Object.keys(REQUESTS), ...Object.keys(EVENTS)]) expect(name).toMatch(/^[a-z]+\.[a-zA-Z]+$/);
  });
});

/** A part of a JSON Schema, as far as it is looked at. */
interface Node {
  readonly type?: string;
  readonly properties?: Record<string, Node>;
  readonly additionalProperties?: unknown;
  readonly anyOf?: Node[];
  readonly maxLength?: number;
  readonly enum?: unknown[];
  readonly const?: unknown;
}

/** Paths at which a page could send fields or texts of any size. */
function unlimited(node: Node, path: string): string[] {
  if (node.anyOf) return node.anyOf.flatMap((each) => unlimited(each, path));
  if (node.type === "object") {
    const open = node.additionalProperties === false ? [] : [`${path} is open`];
    return [
      ...open,
      ...Object.entries(node.properties ?? {}).flatMap(([key, each]) => unlimited(each, `${path}.${key}`)),
    ];
  }
  const limited = node.maxLength !== undefined || node.enum !== undefined || node.const !== undefined;
  return node.type === "string" && !limited ? [`${path} has no longest length`] : [];
}

describe("what pages send", () => {
  // Limited as a whole document: the spec and the recipe have schemas of their own, which files use too.
  const documents = new Set(["spec", "recipe"]);

  it.each(Object.entries(REQUESTS))("%s takes a closed object of limited size", (name, { input }) => {
    const schema = z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as Node;
    expect(schema.type).toBe("object");
    const properties = Object.entries(schema.properties ?? {}).filter(([key]) => !documents.has(key));
    expect(unlimited({ ...schema, properties: Object.fromEntries(properties) }, name)).toEqual([]);
  });

  it("is refused when a document is too long, is none, or refers to itself", () => {
    const { input } = REQUESTS["runs.start"];
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const spec of [{ name: "x".repeat(256 * 1024) }, "text", [], null, cycle, { seed: 1n }]) {
      expect(input.safeParse({ spec }).success).toBe(false);
    }
    expect(input.safeParse({ spec: { name: "x" } }).success).toBe(true);
  });

  it("names files without a folder", () => {
    const save = (fileName: string): boolean =>
      REQUESTS["dialog.save"].input.safeParse({ fileName, content: "" }).success;
    expect(save("run 1.json")).toBe(true);
    for (const name of ["../run.json", "a/b", "a\\b", "C:run", "a\0b", ""]) expect(save(name), name).toBe(false);
    const upload = (fileName: string): boolean =>
      REQUESTS["questions.upload"].input.safeParse({ fileName, content: "" }).success;
    expect(upload("set.CSV")).toBe(true);
    for (const name of ["set.exe", "set", "../set.csv", "a/set.csv"]) expect(upload(name), name).toBe(false);
  });
});

describe("replySchema", () => {
  it("is a value or an error", () => {
    expect(replySchema.parse({ ok: true, value: 1 })).toEqual({ ok: true, value: 1 });
    const failed = { ok: false, error: { code: "TIMEOUT", message: "late", details: {} } };
    expect(replySchema.parse(failed)).toEqual(failed);
  });

  it.each([{ ok: false, value: 1 }, { ok: false, error: { code: "OOPS" } }, {}, null])("refuses %j", (reply) => {
    expect(replySchema.safeParse(reply).success).toBe(false);
  });
});

describe("runSummarySchema", () => {
  const run = {
    id: "r",
    name: "n",
    status: "done",
    startedAt: "t",
    finishedAt: null,
    model: "m",
    cells: 2,
    cellsDone: 1,
  };

  it("takes a run in the list", () => {
    expect(runSummarySchema.parse(run)).toEqual(run);
  });

  it("refuses a status that is none", () => {
    expect(runSummarySchema.safeParse({ ...run, status: "waiting" }).success).toBe(false);
  });
});
