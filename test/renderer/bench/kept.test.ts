import { describe, expect, it } from "vitest";
import { keepDraft, NOTHING_KEPT, readKept } from "../../../src/renderer/stores/saved-drafts.ts";
import { type Draft, draftOf } from "../../../src/renderer/views/bench/draft.ts";

const draft = (model: string, name = "x"): Draft =>
  draftOf({ schemaVersion: 1, name, model, cells: [], passes: { forward: {} } });

describe("keepDraft", () => {
  it("keeps one a model and knows which was last", () => {
    const kept = [draft("a", "first"), draft("b"), draft("a", "second")].reduce(
      (before, next) => keepDraft(before, next.spec.model, next),
      NOTHING_KEPT,
    );
    expect(kept.last).toBe("a");
    expect(Object.keys(kept.drafts)).toEqual(["b", "a"]);
    expect(kept.drafts.a?.spec.name).toBe("second");
  });

  it("lets the oldest go where the lab would refuse the text", () => {
    const long = "x".repeat(20_000);
    const kept = ["a", "b", "c", "d"].reduce(
      (before, name) => keepDraft(before, name, draft(name, long)),
      NOTHING_KEPT,
    );
    expect(JSON.stringify(kept).length).toBeLessThan(64 * 1024);
    expect(Object.keys(kept.drafts)).toContain("d");
    expect(Object.keys(kept.drafts)).not.toContain("a");
  });
});

describe("readKept", () => {
  it("reads what was kept", () => {
    const kept = keepDraft(NOTHING_KEPT, "a", draft("a"));
    expect(readKept(JSON.stringify(kept))).toEqual(kept);
  });

  it.each([undefined, "", "[]", "null", '{"last":"a","drafts":7}', "{"])("starts anew from %j", (text) => {
    expect(readKept(text)).toEqual(NOTHING_KEPT);
  });

  it("leaves out entries that are no drafts", () => {
    const kept = { last: 3, drafts: { a: draft("a"), b: { spec: { model: "b" } }, c: null } };
    expect(readKept(JSON.stringify(kept))).toEqual({ last: null, drafts: { a: draft("a") } });
  });
});
