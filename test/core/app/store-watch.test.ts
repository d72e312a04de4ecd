import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { setNote } from "#core/store/history-edit.ts";
import { openLab } from "#core/app/open-lab.ts";
import { testApp } from "../../helpers/app.ts";
import { SEED_CELLS, seedResult } from "../../helpers/seed-result.ts";

/** Longer than it waits before it looks. */
const pause = (): Promise<void> => sleep(700);
const RUN = { questions: 4, cells: SEED_CELLS.slice(0, 1) };

describe("StoreWatch", () => {
  it("tells windows of what another program has stored", async () => {
    const app = testApp();
    const names = ["runs.changed", "models.changed", "questions.changed"] as const;
    const heard = Promise.all(names.map((name) => app.next(name)));
    // A connection of its own, as another program has it.
    seedResult(app.lab.home, { id: "a", name: "from the command line", ...RUN });
    expect(await heard).toEqual([{}, {}, {}]);
    expect((await app.ask("history.list", {})).runs).toMatchObject([{ id: "a" }]);
  });

  it("says nothing of the program's own changes, and nothing after it was closed", async () => {
    const app = testApp();
    seedResult(app.lab.home, { id: "a", name: "a", ...RUN });
    await app.next("questions.changed");
    app.seen.length = 0;
    setNote(app.lab.db, "a", "mine");
    await pause();
    expect(app.seen).toEqual([]);
    await app.close();
    using lab = openLab(app.lab.home);
    setNote(lab.db, "a", "theirs");
    await pause();
    expect(app.seen).toEqual([]);
  });
});
