import { describe, expect, it } from "vitest";
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
