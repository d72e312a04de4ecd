import { describe, expect, it, onTestFinished } from "vitest";
import { type Handlers, REQUESTS } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { answer, createHandlers } from "#core/app/handlers.ts";
import { openLab } from "#core/app/open-lab.ts";
import { insertRun } from "#core/store/write-run.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { newRun } from "../store/sample-run.ts";

function handlers(): { handlers: Handlers; home: string } {
  const home = scratchDir();
  const lab = openLab(home);
  onTestFinished(() => {
    lab[Symbol.dispose]();
  });
  for (const id of ["a", "b", "c"]) insertRun(lab.db, newRun(id));
  return { handlers: createHandlers(lab), home };
}

describe("createHandlers", () => {
  it("answers every request of the contract, as its schema says", async () => {
    const { handlers: all, home } = handlers();
    expect(Object.keys(all).sort()).toEqual(Object.keys(REQUESTS).sort());
    const info = await answer(all, "app.info", {});
    expect(info).toMatchObject({ ok: true, value: { home } });
    const list = await answer(all, "runs.list", {});
    expect(list.ok && REQUESTS["runs.list"].output.parse(list.value).runs.map(({ id }) => id)).toEqual(["c", "b", "a"]);
  });

  it("pages", async () => {
    const reply = await answer(handlers().handlers, "runs.list", { limit: 1, offset: 1 });
    expect(reply).toMatchObject({ ok: true, value: { total: 3, runs: [{ id: "b" }] } });
  });
});

describe("answer", () => {
  it.each([["runs.delete"], ["toString"], ["__proto__"], [7], [undefined]])("refuses the request %j", async (name) => {
    expect(await answer(handlers().handlers, name, {})).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });
  });

  it.each([
    [{ limit: 0 }, /^runs\.list: limit: /],
    [{ limit: 501 }, /^runs\.list: limit: /],
    [{ offset: -1 }, /^runs\.list: offset: /],
    [{ limit: "1; DROP TABLE runs" }, /^runs\.list: limit: /],
    [{ size: 3 }, /size/],
    [null, /^runs\.list: arguments: /],
  ])("refuses %j and names the field", async (input, message) => {
    const reply = await answer(handlers().handlers, "runs.list", input);
    expect(reply).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });
    expect(!reply.ok && reply.error.message).toMatch(message);
  });

  it("turns a failure into an envelope: ours with its code, any other as INTERNAL", async () => {
    const failing = (error: Error): Handlers => ({
      ...handlers().handlers,
      "app.info": () => {
        throw error;
      },
    });
    const own = await answer(failing(new LabError("DISK_FULL", "full", { file: "x" })), "app.info", {});
    expect(own).toEqual({ ok: false, error: { code: "DISK_FULL", message: "full", details: { file: "x" } } });
    expect(await answer(failing(new Error("a bug")), "app.info", {})).toEqual({
      ok: false,
      error: { code: "INTERNAL", message: "a bug", details: {} },
    });
  });
});
