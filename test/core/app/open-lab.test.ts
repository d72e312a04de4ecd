import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { labHome, openLab } from "#core/app/open-lab.ts";
import { demoResources } from "#core/app/resources.ts";
import { openDatabase } from "#core/store/database.ts";
import { readRun } from "#core/store/read-run.ts";
import { insertRun } from "#core/store/write-run.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { newRun } from "../store/sample-run.ts";

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
    const names = [`${2 ** 22 + 1}-killed`, `${process.pid}-ours`, "notes"];
    for (const name of names) mkdirSync(join(home, "temp", name, "deep"), { recursive: true });
    using lab = openLab(home);
    expect(lab.temporaryDir).toBe(join(home, "temp"));
    expect(readdirSync(lab.temporaryDir).toSorted()).toEqual(names.slice(1).toSorted());
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

describe("demoResources", () => {
  it("are all there", () => {
    const paths = Object.values<string>({ ...demoResources() });
    for (const path of paths) expect({ path, there: existsSync(path) }).toMatchObject({ there: true });
  });
});
