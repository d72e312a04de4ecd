import { fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type PlaceWanted, takePlace } from "#core/runs/place.ts";
import { startOf } from "#core/system/process-identity.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { store } from "../store/open-store.ts";

const wanted = (extra: Partial<PlaceWanted> = {}): PlaceWanted => ({
  ...{ db: store(), home: "/lab", run: "night", part: false, alongside: false },
  ...extra,
});

/** What another process that measures says of itself. */
function say(folder: string, extra: Record<string, unknown> = {}, name = `${process.ppid}.measuring`): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const claim = { pid: process.ppid, start: startOf(process.ppid), home: "/other lab", run: "day", part: false };
  writeFileSync(join(folder, name), JSON.stringify({ ...claim, ...extra }));
}

describe("takePlace", () => {
  it("is held until it is given back, and leaves nothing", async () => {
    const folder = join(temporaryFolder(), "runtime");
    const place = await takePlace(wanted(), folder);
    expect(readdirSync(folder)).toEqual([`${process.pid}.measuring`]);
    expect(place.beside()).toEqual([]);
    place[Symbol.dispose]();
    expect(existsSync(folder)).toBe(false);
  });

  it("refuses a second program, whatever its data folder, and names the first one and what to do", async () => {
    const folder = temporaryFolder();
    say(folder);
    await expect(takePlace(wanted(), folder)).rejects.toMatchObject({
      code: "RUN_BUSY",
      message: expect.stringMatching(
        new RegExp(`process ${process.ppid}, data folder /other lab.*"day".*stop it.*--alongside`),
      ) as string,
      details: { processId: process.ppid, home: "/other lab" },
    });
    expect(readdirSync(folder)).toEqual([`${process.ppid}.measuring`]);
  });

  it.each([
    ["of a process that has ended", { pid: 2 ** 22 + 1 }],
    ["of a process whose number is another one's now", { start: startOf(process.pid) }],
    ["that cannot be read", { pid: "nobody" }],
  ])("counts for nothing a file %s", async (_which, extra) => {
    const folder = temporaryFolder();
    say(folder, extra);
    using place = await takePlace(wanted(), folder);
    expect(place.beside()).toEqual([]);
    expect(readdirSync(folder)).toEqual([`${process.pid}.measuring`]);
  });

  it("is taken beside others by who was told to, and says so", async () => {
    const folder = temporaryFolder();
    say(folder);
    using place = await takePlace(wanted({ alongside: true }), folder);
    expect(place.beside()).toEqual([`the run "day" (process ${process.ppid})`]);
  });

  it("says of a program that came later, too, even when it has gone again", async () => {
    const folder = temporaryFolder();
    using place = await takePlace(wanted(), folder);
    expect(place.beside()).toEqual([]);
    say(folder);
    place.beside();
    say(folder, { pid: 2 ** 22 + 1 });
    expect(place.beside()).toEqual([`the run "day" (process ${process.ppid})`]);
  });

  it("lets parts of a run be measured side by side, and nothing else beside a part", async () => {
    const folder = temporaryFolder();
    say(folder, { part: true });
    await expect(takePlace(wanted(), folder)).rejects.toMatchObject({ code: "RUN_BUSY" });
    using place = await takePlace(wanted({ part: true }), folder);
    expect(place.beside()).toHaveLength(1);
  });

  it.skipIf(process.getuid === undefined)(
    "is taken without a word to others where the folder is not safe",
    async () => {
      const folder = temporaryFolder();
      chmodSync(folder, 0o777);
      using place = await takePlace(wanted(), folder);
      expect(place.beside()).toBeNull();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("goes to one of several programs that ask at the same moment", async () => {
    const folder = join(temporaryFolder(), "runtime");
    const children = Array.from({ length: 4 }, () => fork(join(import.meta.dirname, "take-place.ts"), [folder]));
    const ready = children.map((child) => once(child, "message"));
    await Promise.all(ready);
    const answers = children.map((child) => once(child, "message"));
    for (const child of children) child.send("go");
    const told = (await Promise.all(answers)).map(([answer]) => answer as string);
    for (const child of children) child.send("end");
    await Promise.all(children.map((child) => once(child, "exit")));
    expect(told.toSorted()).toEqual(["RUN_BUSY", "RUN_BUSY", "RUN_BUSY", "taken"]);
  });
});
