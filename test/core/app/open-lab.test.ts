import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { labHome, openLab, openLabToRead } from "#core/app/open-lab.ts";
import { demoResources } from "#core/app/files/resources.ts";
import { WholeFile } from "#core/reports/whole-file.ts";
import { openDatabase } from "#core/store/database.ts";
import { renameRun } from "#core/store/edit-run.ts";
import { readRun } from "#core/store/read-run.ts";
import { insertRun } from "#core/store/write-run.ts";
import { listUnfinished, makeTemporary } from "#core/system/temporary.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { newRun } from "../store/sample-run.ts";

/** No process has this id: Linux ends at 2^22, others far earlier. */
const NOBODY = 2 ** 22 + 1;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("labHome", () => {
  it("is the option before the environment variable, absolute", () => {
    vi.stubEnv("QUANTSCOPE_HOME", "from-environment");
    expect(labHome("from-option")).toBe(resolve("from-option"));
    expect(labHome()).toBe(resolve("from-environment"));
  });

  it.each([undefined, ""])("is the platform's folder where the variable is %j", (value) => {
    vi.stubEnv("QUANTSCOPE_HOME", value);
    expect(labHome()).toMatch(/quantscope/i);
    expect(labHome()).toBe(resolve(labHome()));
  });
});

describe("openLab", () => {
  it("makes the folder and its database, and closes it when it is disposed of", () => {
    const home = join(scratchDir(), "a", "b");
    const lab = openLab(home);
    expect(existsSync(join(home, "quantscope.db"))).toBe(true);
    expect(lab.variantsDir).toBe(join(home, "variants"));
    lab[Symbol.dispose]();
    expect(lab.db.open).toBe(false);
  });

  it("removes temporary files of programs that were killed, and no others", () => {
    const home = scratchDir();
    const names = [`${NOBODY}-killed`, `${process.pid}-ours`, "notes"];
    for (const name of names) mkdirSync(join(home, "temp", name, "deep"), { recursive: true });
    using lab = openLab(home);
    expect(lab.temporaryDir).toBe(join(home, "temp"));
    expect(readdirSync(lab.temporaryDir).toSorted()).toEqual(names.slice(1).toSorted());
  });

  it("removes profiles that earlier versions left in the system's temporary folder, once they are a day old", () => {
    const [home, temporary] = [scratchDir(), scratchDir()];
    vi.stubEnv("TMPDIR", temporary);
    vi.stubEnv("TEMP", temporary);
    const names = ["quantscope-profile-Ab3xYz", "quantscope-profile-new123", "somebody-elses"];
    for (const name of names) mkdirSync(join(temporary, name));
    for (const name of [names[0]!, names[2]!]) utimesSync(join(temporary, name), 1, 1);
    openLab(home)[Symbol.dispose]();
    expect(readdirSync(temporary).toSorted()).toEqual(names.slice(1).toSorted());
  });

  it("takes a process that has the number of a killed one for another", () => {
    const home = scratchDir();
    const ours = makeTemporary(join(home, "temp"));
    // As in a container, where every start of a program has the same number.
    const killed = makeTemporary(join(home, "temp"));
    writeFileSync(join(killed, "owner.json"), JSON.stringify({ pid: process.pid, start: "an earlier boot/17" }));
    openAndClose(home);
    expect([ours, killed].map((folder) => existsSync(folder))).toEqual([true, false]);
  });

  it("removes what killed processes had begun to write elsewhere, and nothing else that a list may name", () => {
    const [home, out] = [scratchDir(), scratchDir()];
    const names = [
      "report.html.part",
      "copy.db.part-journal",
      "m.onnx.partial-77-0a1b2c3d",
      "m.onnx",
      "notes.part.txt",
    ];
    for (const name of names) writeFileSync(join(out, name), "");
    const killed = makeTemporary(join(home, "temp"));
    writeFileSync(join(killed, "owner.json"), JSON.stringify({ pid: NOBODY, start: null }));
    listUnfinished(
      killed,
      names.map((name) => join(out, name)),
    );
    openAndClose(home);
    expect(readdirSync(out).toSorted()).toEqual(["m.onnx", "notes.part.txt"]);
  });

  it("leaves what a running process writes", () => {
    const [home, out] = [scratchDir(), scratchDir()];
    openAndClose(home);
    using file = new WholeFile(join(out, "report.html"), "");
    openAndClose(home);
    expect(readdirSync(out)).toEqual(["report.html.part"]);
    file.write("whole");
    file.commit();
    expect(readdirSync(out)).toEqual(["report.html"]);
    expect(readdirSync(join(home, "temp"))).toEqual([]);
  });

  it("removes half-written models below the variants whose process is gone", () => {
    const home = scratchDir();
    const folder = join(home, "variants", "llama-0123", "onnx");
    mkdirSync(folder, { recursive: true });
    const names = [`m.onnx.partial-${NOBODY}-0a1b2c3d`, `m.onnx_data.partial-${process.pid}-0a1b2c3d`, "m.onnx"];
    for (const name of names) writeFileSync(join(folder, name), "");
    openAndClose(home);
    expect(readdirSync(folder).toSorted()).toEqual(names.slice(1).toSorted());
  });

  it("fails runs that a program left behind", () => {
    const home = scratchDir();
    const db = openDatabase(join(home, "quantscope.db"));
    insertRun(db, newRun("left"));
    // No process has this id: Linux ends at 2^22, others far earlier.
    db.prepare("UPDATE runs SET process_id = 2147483646").run();
    db.close();
    using lab = openLab(home);
    expect(readRun(lab.db, "left").run.status).toBe("failed");
  });

  it("leaves a run that another program measures right now", () => {
    const home = scratchDir();
    const db = openDatabase(join(home, "quantscope.db"));
    insertRun(db, newRun("going"));
    db.prepare("UPDATE runs SET process_id = ?").run(process.ppid);
    db.close();
    using lab = openLab(home);
    expect(readRun(lab.db, "going").run.status).toBe("running");
  });

  it("refuses a folder that cannot be made, and names the ways to choose another", () => {
    const file = join(scratchDir(), "file");
    writeFileSync(file, "");
    expect(() => openLab(join(file, "home"))).toThrow(
      expect.objectContaining({
        code: "STORE_UNUSABLE",
        message: expect.stringContaining("--home or QUANTSCOPE_HOME") as string,
      }),
    );
  });

  it("refuses a folder whose database is a folder", () => {
    const home = scratchDir();
    mkdirSync(join(home, "quantscope.db"));
    expect(() => openLab(home)).toThrow(expect.objectContaining({ code: "STORE_UNUSABLE" }));
  });
});

function openAndClose(home: string): void {
  openLab(home)[Symbol.dispose]();
}

/** A store that SQLite cannot open where it lies, as in a folder that is read-only; here for every user, root as well. */
function unwritableHome(): string {
  const home = scratchDir();
  const db = openDatabase(join(home, "quantscope.db"));
  insertRun(db, newRun("left"));
  db.prepare("UPDATE runs SET process_id = 2147483646").run();
  db.close();
  mkdirSync(join(home, "quantscope.db-shm"));
  return home;
}

describe("openLabToRead", () => {
  it("shows what a store that cannot be written holds, from a copy in which nothing can be changed", () => {
    const home = unwritableHome();
    expect(() => openLab(home)).toThrow(expect.objectContaining({ code: "STORE_UNUSABLE" }));
    let copy: string;
    {
      using lab = openLabToRead(home);
      copy = lab.db.name;
      expect(lab.readOnly).toMatch(/^Nothing can be stored now: .*quantscope\.db cannot be used.*--home/);
      expect(readRun(lab.db, "left").run.status).toBe("failed");
      expect(() => {
        renameRun(lab.db, "left", "x");
      }).toThrow(expect.objectContaining({ code: "STORE_UNUSABLE" }));
      expect(lab.temporaryDir).toBe(dirname(copy));
    }
    expect(existsSync(dirname(copy))).toBe(false);
  });

  it("is the lab itself where that can be written", () => {
    using lab = openLabToRead(scratchDir());
    expect(lab.readOnly).toBeNull();
  });

  it("refuses what openLab refuses where there is nothing to read", () => {
    const home = scratchDir();
    mkdirSync(join(home, "quantscope.db"));
    expect(() => openLabToRead(home)).toThrow(expect.objectContaining({ code: "STORE_UNUSABLE" }));
    writeFileSync(join(scratchDir(), "file"), "");
    expect(() => openLabToRead(join(home, "quantscope.db", "a\0b"))).toThrow(
      expect.objectContaining({ code: "STORE_UNUSABLE" }),
    );
  });
});

describe("demoResources", () => {
  it("are all there", () => {
    const paths = Object.values<string>({ ...demoResources() });
    for (const path of paths) expect({ path, there: existsSync(path) }).toMatchObject({ there: true });
  });
});
