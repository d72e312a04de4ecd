import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSpec, type Spec, type SpecInput } from "#shared/spec.ts";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";
import { planQuestions } from "#core/runs/plan-questions.ts";
import { questionFile, scratchDir } from "../../helpers/lab.ts";

const spec = (passes: SpecInput["passes"], sample?: SpecInput["sample"]): Spec =>
  parseSpec({
    schemaVersion: 1,
    name: "n",
    model: "m",
    cells: [{ format: "fp32" }],
    passes,
    ...(sample && { sample }),
  });

const planned = (spec: Spec): ReturnType<typeof planQuestions> => planQuestions(spec, loadQuestionSet);

describe("planQuestions", () => {
  it("asks once for both passes when set, template and subject are the same", async () => {
    const questions = questionFile(6);
    const { sets, jobs } = await planned(spec({ tokens: { questions }, benchmark: { questions } }));
    expect(sets).toHaveLength(1);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ setIndex: 0, setName: "small", tokens: true, chatTemplate: false });
    expect(jobs[0]!.benchmark).toMatchObject({ modes: ["loglikelihood", "generate"], temperature: 0.1 });
    expect(jobs[0]!.questions).toHaveLength(6);
  });

  it.each([
    ["chat template", { chatTemplate: true }],
    ["subject", { subject: "physics" }],
    ["prompt template", { promptTemplate: "question-answer" as const }],
    ["number of shots", { shots: 1 }],
  ])("asks twice, of one set, when the %s differs", async (_, extra) => {
    const questions = questionFile(6);
    const { sets, jobs } = await planned(spec({ tokens: { questions, ...extra }, benchmark: { questions } }));
    expect(sets).toHaveLength(1);
    expect(jobs.map(({ tokens, benchmark }) => [tokens, benchmark !== null])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(jobs.map(({ setIndex }) => setIndex)).toEqual([0, 0]);
  });

  it("puts solved questions of the asked file before each, of the whole file and not of the sample", async () => {
    const questions = questionFile(20);
    const { jobs } = await planned(spec({ benchmark: { questions, shots: 2 } }, { limit: 5, seed: 3 }));
    const { questions: asked, shots, promptTemplate } = jobs[0]!;
    expect(promptTemplate).toBe("mmlu");
    expect(asked).toHaveLength(5);
    for (const [index, { id }] of asked.entries()) {
      const first = ["q1", "q2", "q3"].filter((other) => other !== id).slice(0, 2);
      expect(shots[index]!.map((shot) => shot.id)).toEqual(first);
    }
  });

  it("takes solved questions from another file, and asks once where both passes name it", async () => {
    const [questions, shotQuestions] = [questionFile(4), questionFile(40)];
    const asking = { questions, shots: 3, shotQuestions };
    const { sets, jobs } = await planned(spec({ tokens: asking, benchmark: asking }));
    expect(sets).toHaveLength(1);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]!.shots.map((list) => list.map(({ id }) => id))[3]).toEqual(["q1", "q2", "q3"]);
    const other = await planned(spec({ tokens: asking, benchmark: { questions, shots: 3 } }));
    expect(other.jobs).toHaveLength(2);
  });

  it("asks without shots once, whatever file they would come from", async () => {
    const questions = questionFile(4);
    const { jobs } = await planned(
      spec({ tokens: { questions, shotQuestions: questionFile(5) }, benchmark: { questions } }),
    );
    expect(jobs).toHaveLength(1);
    expect(jobs[0]!.shots).toEqual([[], [], [], []]);
  });

  it("asks nothing for a text", async () => {
    const texts = join(scratchDir(), "text.txt");
    expect(await planned(spec({ tokens: { texts } }))).toEqual({ sets: [], jobs: [] });
    const questions = questionFile(4);
    const { jobs } = await planned(spec({ tokens: { texts }, benchmark: { questions } }));
    expect(jobs.map(({ tokens }) => tokens)).toEqual([false]);
  });

  it("refuses more shots than the file has beside the asked question", async () => {
    await expect(planned(spec({ benchmark: { questions: questionFile(3), shots: 3 } }))).rejects.toMatchObject({
      code: "QUESTIONS_INVALID",
      message: expect.stringContaining("small.csv: 3 solved questions") as string,
    });
  });

  it("has two sets when the files differ, the benchmark's first", async () => {
    const [tokens, benchmark] = [questionFile(4), questionFile(5)];
    const { sets, jobs } = await planned(spec({ tokens: { questions: tokens }, benchmark: { questions: benchmark } }));
    expect(sets.map(({ set }) => set.file)).toEqual([benchmark, tokens]);
    expect(jobs.map(({ setIndex, questions }) => [setIndex, questions.length])).toEqual([
      [0, 5],
      [1, 4],
    ]);
  });

  it("asks a seeded sample in file order: the same one for both passes, another for another seed", async () => {
    const questions = questionFile(100);
    const ids = async (seed: number): Promise<string[][]> => {
      const passes = { tokens: { questions, chatTemplate: true }, benchmark: { questions } };
      const { sets, jobs } = await planned(spec(passes, { limit: 10, seed }));
      return [sets[0]!.asked, ...jobs.map((job) => job.questions)].map((asked) => asked.map(({ id }) => id));
    };
    const [asked, ...ofJobs] = await ids(1);
    expect(asked).toHaveLength(10);
    expect(ofJobs).toEqual([asked, asked]);
    const places = asked!.map((id) => Number(id.slice(1)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(await ids(1)).toEqual([asked, asked, asked]);
    expect((await ids(2))[0]).not.toEqual(asked);
  });

  it("takes chance from what is asked, choices of different number included", async () => {
    const questions = join(scratchDir(), "mixed.jsonl");
    writeFileSync(
      questions,
      '{"question":"two?","choices":["a","b"],"answer":0}\n{"question":"four?","choices":["a","b","c","d"],"answer":3}\n',
    );
    const { sets } = await planned(spec({ benchmark: { questions } }));
    expect(sets[0]!.chanceLevel).toBeCloseTo((1 / 2 + 1 / 4) / 2, 12);
  });

  it("has nothing to ask without such a pass", async () => {
    expect(await planned(spec({ forward: {} }))).toEqual({ sets: [], jobs: [] });
  });

  it("refuses a file that is not there", async () => {
    const questions = join(scratchDir(), "nowhere.csv");
    await expect(planned(spec({ benchmark: { questions } }))).rejects.toMatchObject({
      code: "QUESTIONS_INVALID",
      message: expect.stringContaining("nowhere.csv") as string,
    });
  });

  it("refuses a bad file of one pass even when the other's is good", async () => {
    const bad = join(scratchDir(), "bad.csv");
    writeFileSync(bad, "question,A,B,answer\nWhat?,1,2,Z\n");
    const passes = { benchmark: { questions: questionFile(4) }, tokens: { questions: bad } };
    await expect(planned(spec(passes))).rejects.toMatchObject({ code: "QUESTIONS_INVALID" });
  });
});
