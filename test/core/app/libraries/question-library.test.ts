import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openLab } from "#core/app/open-lab.ts";
import { QuestionLibrary } from "#core/app/libraries/question-library.ts";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";
import { questionFile, scratchDir } from "../../../helpers/lab.ts";

function library(): { sets: QuestionLibrary; uploads: string; db: ReturnType<typeof openLab>["db"] } {
  const lab = openLab(scratchDir());
  onTestFinished(() => {
    lab[Symbol.dispose]();
  });
  const uploads = join(scratchDir(), "questions");
  return { sets: new QuestionLibrary(lab.db, uploads, loadQuestionSet), uploads, db: lab.db };
}

const GOOD = "question,A,B,answer,subject\nOne?,a,b,A,first\nTwo?,a,b,B,second\nThree?,a,b,B,second\n";
const BAD = "question,A,B,answer\nOne?,a,b,A\nTwo?,a,b,C\n";

describe("QuestionLibrary", () => {
  it("lists the bundled set first, with its subjects", async () => {
    const { sets } = library();
    await sets.add(questionFile(5));
    const list = await sets.list();
    expect(list.map(({ name, bundled }) => [name, bundled])).toEqual([
      ["demo", true],
      ["small", false],
    ]);
    expect(list[0]!.content!.subjects).toHaveLength(8);
    expect(list[1]!.content).toMatchObject({ count: 5, choices: { min: 4, max: 4 } });
  });

  it("lists sets as people count, not letter by letter", async () => {
    const { sets } = library();
    for (const name of ["set 10", "set 9"]) await sets.add(questionFile(1), name);
    expect((await sets.list()).slice(1).map(({ name }) => name)).toEqual(["set 9", "set 10"]);
  });

  it("names line and reason of a bad row, and keeps nothing", async () => {
    const { sets, uploads } = library();
    const file = join(scratchDir(), "bad.csv");
    writeFileSync(file, BAD);
    const details = { row: "line 3", reason: expect.stringContaining('"C"') as string };
    await expect(sets.add(file)).rejects.toMatchObject({ code: "QUESTIONS_INVALID", details });
    await expect(sets.upload("bad.csv", Buffer.from(BAD))).rejects.toMatchObject({
      code: "QUESTIONS_INVALID",
      details: { ...details, file: "bad.csv" },
    });
    expect(await sets.list()).toHaveLength(1);
    expect(readdirSync(uploads)).toEqual([]);
  });

  it("keeps an upload in its own folder until it is removed", async () => {
    const { sets, uploads } = library();
    const entry = await sets.upload("mine.csv", Buffer.from(GOOD), "My set: 1/2");
    expect(entry).toMatchObject({ name: "My set: 1/2", content: { count: 3 } });
    expect(entry.file.startsWith(join(uploads, "My set_ 1_2"))).toBe(true);
    expect(entry.content!.subjects).toEqual([
      { name: "first", count: 1 },
      { name: "second", count: 2 },
    ]);
    expect((await sets.read("my set: 1/2")).questions).toHaveLength(3);
    sets.remove("My set: 1/2");
    expect(existsSync(entry.file)).toBe(false);
    expect(await sets.list()).toHaveLength(1);
  });

  it("lets no upload out of its folder", async () => {
    const { sets, uploads } = library();
    const entry = await sets.upload("mine.csv", Buffer.from(GOOD), "../../escaped");
    expect(entry.file).toBe(join(uploads, "__.._escaped.csv"));
  });

  it("leaves a file that was added by its path when it is removed", async () => {
    const { sets } = library();
    const file = questionFile(3);
    await sets.add(file, "mine");
    sets.remove(file);
    expect(existsSync(file)).toBe(true);
  });

  it("refuses a name that is taken, and to remove a bundled set", async () => {
    const { sets } = library();
    await expect(sets.add(questionFile(3), "DEMO")).rejects.toMatchObject({ code: "NAME_TAKEN" });
    await expect(sets.upload("demo.csv", Buffer.from(GOOD))).rejects.toMatchObject({ code: "NAME_TAKEN" });
    expect(() => {
      sets.remove("demo");
    }).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
    expect(() => sets.find("nobody")).toThrow(expect.objectContaining({ code: "QUESTIONS_NOT_FOUND" }));
  });

  it("counts questions that come more than once, also in a set that an older version read", async () => {
    const { sets, db } = library();
    const file = join(scratchDir(), "mine.csv");
    writeFileSync(file, `${GOOD}One?,b,a,B,first\n Two? ,a,b,A,first\n`);
    expect((await sets.add(file)).content).toMatchObject({ count: 5, duplicates: 2 });
    expect((await sets.list())[0]!.content!.duplicates).toBe(0);
    db.prepare("UPDATE library_questions SET content = json_remove(content, '$.duplicates')").run();
    expect((await sets.list())[1]!.content).toMatchObject({ count: 5, duplicates: 2 });
    db.prepare("UPDATE library_questions SET content = json_remove(content, '$.duplicates')").run();
    rmSync(file);
    expect((await sets.list())[1]).toMatchObject({ present: false, content: { count: 5, duplicates: 0 } });
  });

  it("reads a file again when it has changed, and says why it cannot be", async () => {
    const { sets } = library();
    const file = join(scratchDir(), "mine.csv");
    writeFileSync(file, GOOD);
    await sets.add(file);
    writeFileSync(file, `${GOOD}Four?,a,b,A,first\n`);
    expect((await sets.list())[1]!.content!.count).toBe(4);
    expect((await sets.read("mine")).questions).toHaveLength(4);
    writeFileSync(file, BAD);
    expect((await sets.list())[1]).toMatchObject({
      content: null,
      problem: expect.stringContaining("line 3") as string,
    });
    rmSync(file);
    expect((await sets.list())[1]).toMatchObject({ present: false });
  });
});
