import { copyFileSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LabError } from "#shared/errors.ts";
import { createRandom } from "#shared/random.ts";
import { FileWorker } from "#core/files/file-worker.ts";
import { questionReader } from "#core/files/question-reader.ts";
import { forkSpawner, type Spawner } from "#core/runs/spawner.ts";
import { WORKER } from "../../helpers/lab.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const FIXTURES = "test/fixtures/questions";

function reading(): { files: FileWorker; started: () => number } {
  const real = forkSpawner(WORKER);
  let count = 0;
  const start: Spawner["start"] = (job) => {
    count += 1;
    return real.start(job);
  };
  const files = new FileWorker({ ...real, start });
  onTestFinished(() => files.close());
  return { files, started: () => count };
}

describe("questionReader", () => {
  it("reads a set in a child, and again only when the file has changed", async () => {
    const { files } = reading();
    const jobs: string[] = [];
    const read = questionReader({
      run: (name, input, options) => {
        jobs.push(name);
        return files.run(name, input, options);
      },
    });
    const file = join(temporaryFolder(), "set.parquet");
    copyFileSync(`${FIXTURES}/mmlu-plain.parquet`, file);
    const set = await read(file);
    expect(set).toMatchObject({ name: "set", file, questions: { length: 3 } });
    expect(set.questions[0]).toMatchObject({ id: "q1", subject: "nutrition", answer: 1 });
    expect(await read(file)).toBe(set);
    utimesSync(file, 1, 1);
    expect(await read(file)).toEqual(set);
    expect(jobs).toEqual(["readQuestions", "readQuestions"]);
  });

  it("refuses damaged Parquet files with one error each, and the same child goes on", async () => {
    const { files, started } = reading();
    const read = questionReader(files);
    const original = readFileSync(`${FIXTURES}/mmlu-plain.parquet`);
    const folder = temporaryFolder();
    const errors: unknown[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const random = createRandom(seed);
      const bytes = Buffer.from(original);
      for (let count = 1 + random.nextInt(4); count > 0; count--) {
        bytes[bytes.length - 9 - random.nextInt(600)] = random.nextInt(256);
      }
      const file = join(folder, `${seed}.parquet`);
      writeFileSync(file, bytes);
      await read(file).catch((error: unknown) => errors.push(error));
    }
    expect(errors.length).toBeGreaterThan(20);
    for (const error of errors) {
      expect(error).toBeInstanceOf(LabError);
      expect(error).toMatchObject({
        code: "QUESTIONS_INVALID",
        message: expect.stringMatching(/\d+\.parquet/) as string,
      });
      expect((error as Error).message).not.toMatch(/undefined|properties|destructure|not a function/);
    }
    const file = join(folder, "whole.parquet");
    writeFileSync(file, original);
    expect((await read(file)).questions).toHaveLength(3);
    expect(started()).toBe(1);
  });
});
