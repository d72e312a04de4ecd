import { describe, expect, it } from "vitest";
import { isValidAnswer, resultsSchema } from "#shared/results.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { readQuestionHashes, readRun } from "#core/store/read-run.ts";
import { saveForward, saveQuestions, saveSamples, saveTexts } from "#core/store/write-measurements.ts";
import { finishCell, finishLaunch, insertRun, startLaunch } from "#core/store/write-run.ts";
import {
  decodeLaunch,
  environment,
  forwardLaunch,
  generated,
  generation,
  loaded,
  newCell,
  newRun,
  replayLaunch,
  questionSet,
  samples,
  scored,
  selfTests,
  textChunk,
  tokenRow,
} from "./sample-run.ts";
import { fullRun, launchKey, rowCounts, store } from "./open-store.ts";

describe("insertRun and readRun", () => {
  it("give back the plan: spec, environment, model, waiting cells in their order", () => {
    const db = store();
    const run = newRun("r");
    insertRun(db, run);
    const read = readRun(db, "r");
    expect(read.run).toEqual({
      id: "r",
      name: run.name,
      startedAt: run.startedAt,
      finishedAt: null,
      status: "running",
      spec: run.spec,
      environment,
    });
    expect(read.model).toEqual(run.model);
    expect(read.cells.map(({ label, status, error }) => ({ label, status, error }))).toEqual([
      { label: "fp32@cpu#1", status: "waiting", error: null },
      { label: "fp32@cpu#2", status: "waiting", error: null },
    ]);
    expect(read.cells[0]).toMatchObject({ file: "onnx/модель.onnx", bytes: 2 ** 40, bitsPerWeight: 32, threads: 2 });
  });

  it("give back every measured value as it was", () => {
    const db = store();
    fullRun(db);
    finishCell(db, "r/1", "done", null);
    const [cell] = readRun(db, "r").cells;
    expect(cell).toMatchObject({
      status: "done",
      loadMs: loaded.loadMs,
      memory: loaded.memory,
      placement: loaded.placement,
      selfTests,
      tokens: [tokenRow("q1")],
      texts: [textChunk(0)],
      generations: [generation("p1")],
      replays: [
        // 14 words in 21.5 + 11 + 16.75 ms; in all the cell wrote one text of 6 words and one answer of 1.
        { of: "texts", kind: "range", wordsEach: 6, launches: [replayLaunch("texts")] },
        { of: "answers", kind: "range", wordsEach: 1, launches: [replayLaunch("answers")] },
      ],
      wordsBasis: "replayed",
      samples: [{ kind: "timing", launch: 1, ...samples }],
    });
    expect(cell!.forward.map(({ launches }) => launches)).toEqual([
      [forwardLaunch(1), forwardLaunch(1, { kind: "memory", latencyMs: [], computeMs: [], warmupMs: [] })],
    ]);
    expect(cell!.decode.map(({ launches }) => launches)).toEqual([[decodeLaunch("user"), decodeLaunch("compute")]]);
    expect(cell!.benchmark).toEqual([
      { mode: "loglikelihood", answers: [scored("q1")], accuracy: 1, normalizedAccuracy: null, wordsPerMinute: null },
      { mode: "generate", answers: [generated("q1")], accuracy: 1, normalizedAccuracy: null, wordsPerMinute: 2000 },
    ]);
    expect(
      cell!.launches.map(({ kind, batchSize, order, status, canaryDrift }) => [
        kind,
        batchSize,
        order,
        status,
        canaryDrift,
      ]),
    ).toEqual([
      ["timing", null, 0, "done", 0.01],
      ["stepping", null, 1, "done", 0.01],
      ["quality", null, 2, "done", 0.01],
      ["memory", 1, 3, "done", 0.01],
    ]);
  });

  it("keep the questions themselves, unicode and empty choices included, once for all runs", () => {
    const db = store();
    insertRun(db, newRun("r"));
    insertRun(db, newRun("s"));
    const rows = db.prepare<[], Record<string, unknown>>("SELECT * FROM questions ORDER BY id").all();
    expect(rows).toHaveLength(20);
    expect(rows.find(({ id }) => id === "q2")).toMatchObject({
      subject: "física",
      question: "質問 2 🙂?",
      choices: '["α","β","","δ"]',
      answer: 2,
    });
  });

  it("know which questions of the set repeat an earlier one", () => {
    const db = store();
    const { questions, ...set } = questionSet(10, "dd".repeat(32));
    const copy = { ...questions[2]!, id: "q10", choices: questions[2]!.choices.toReversed() };
    const twice = { ...set, questions: [...questions.slice(0, 9), copy] };
    insertRun(db, newRun("r", { questionSets: [{ set: twice, asked: twice.questions, chanceLevel: 0.25 }] }));
    expect(readRun(db, "r").questionSet!.duplicates).toEqual({ q10: "q3" });
    // Asked again, as every page does.
    expect(readRun(db, "r").questionSet!.duplicates).toEqual({ q10: "q3" });
  });

  it("have no question set where none was asked", () => {
    const db = store();
    insertRun(db, newRun("r", { questionSets: [] }));
    expect(readRun(db, "r").questionSet).toBeNull();
    expect(readQuestionHashes(db, "r")).toEqual([]);
  });

  it("name the first of two question sets, and both hashes in order", () => {
    const db = store();
    const sets = ["aa", "0b"].map((start) => {
      const set = questionSet(3, start.repeat(32));
      return { set, asked: set.questions, chanceLevel: 0.25 };
    });
    insertRun(db, newRun("r", { questionSets: sets }));
    expect(readRun(db, "r").questionSet!.sha256).toBe("aa".repeat(32));
    expect(readQuestionHashes(db, "r")).toEqual(["aa".repeat(32), "0b".repeat(32)]);
  });

  it("give results that their schema accepts after a trip through JSON, unchanged", () => {
    const db = store();
    fullRun(db);
    finishCell(db, "r/1", "done", null);
    const results = buildResults(readRun(db, "r"));
    const json: unknown = JSON.parse(JSON.stringify(results));
    expect(json).toEqual(results);
    expect(resultsSchema.parse(json)).toEqual(results);
  });

  it("store nothing of a run whose cells clash", () => {
    const db = store();
    const clashing = newRun("r", { cells: [newCell("r", 0), newCell("r", 1, { label: "fp32@cpu#1" })] });
    expect(() => {
      insertRun(db, clashing);
    }).toThrow(/UNIQUE/);
    expect(rowCounts(db)).toMatchObject({ runs: 0, cells: 0, run_questions: 0 });
  });

  it("refuse an id that is not stored, and say how to find one", () => {
    expect(() => readRun(store(), "nothing")).toThrow(
      expect.objectContaining({ code: "RUN_NOT_FOUND", message: expect.stringContaining("runs list") as string }),
    );
  });
});

describe("saveQuestions", () => {
  it("keeps the file's order whatever order results arrive in: q2 before q10", () => {
    const db = store();
    insertRun(db, newRun("r"));
    for (const id of ["q10", "q2", "q1", "q11"]) {
      saveQuestions(db, "r/1", [{ tokens: tokenRow(id), loglikelihood: scored(id), generate: null }]);
    }
    const [cell] = readRun(db, "r").cells;
    expect(cell!.tokens.map(({ questionId }) => questionId)).toEqual(["q1", "q2", "q10", "q11"]);
    expect(cell!.benchmark[0]!.answers.map(({ questionId }) => questionId)).toEqual(["q1", "q2", "q10", "q11"]);
  });

  it("gives a score that was not a number back as null and leaves the answer out of the accuracy", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const broken = scored("q2", { predicted: null, correct: false, choiceLogprobs: [NaN, -1, null, -2] });
    saveQuestions(db, "r/1", [
      { tokens: null, loglikelihood: scored("q1"), generate: null },
      { tokens: null, loglikelihood: broken, generate: null },
    ]);
    const [result] = readRun(db, "r").cells[0]!.benchmark;
    expect(result!.answers[1]!.choiceLogprobs).toEqual([null, -1, null, -2]);
    expect(result!.accuracy).toBe(1);
  });

  it("counts a generated text that names no choice as wrong, and output that was not a number as no answer", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const nameless = generated("q2", { predicted: null, correct: false, formatFailure: true, text: "I think" });
    const broken = generated("q3", { predicted: null, correct: false, text: "", generatedTokens: 0 });
    const rows = [generated("q1"), nameless, broken];
    saveQuestions(
      db,
      "r/1",
      rows.map((generate) => ({ tokens: null, loglikelihood: null, generate })),
    );
    const [result] = readRun(db, "r").cells[0]!.benchmark;
    expect(result!.answers.map(isValidAnswer)).toEqual([true, true, false]);
    expect(result!.accuracy).toBe(0.5);
  });

  it("has no accuracy where no answer is valid", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const broken = scored("q1", { predicted: null, correct: false, choiceLogprobs: [null, null] });
    saveQuestions(db, "r/1", [{ tokens: null, loglikelihood: broken, generate: null }]);
    expect(readRun(db, "r").cells[0]!.benchmark[0]!.accuracy).toBeNull();
  });

  it("keeps a broken row of logits as empty lists, and rounds log-probabilities to what float32 holds", () => {
    const db = store();
    insertRun(db, newRun("r"));
    saveQuestions(db, "r/1", [
      { tokens: tokenRow("q1", { topIds: [], topLogprobs: [] }), loglikelihood: null, generate: null },
      { tokens: tokenRow("q2", { topIds: [3], topLogprobs: [-1e-9] }), loglikelihood: null, generate: null },
      { tokens: tokenRow("q3", { topIds: [3], topLogprobs: [-0.1] }), loglikelihood: null, generate: null },
    ]);
    const { tokens } = readRun(db, "r").cells[0]!;
    expect(tokens.map(({ topLogprobs }) => topLogprobs)).toEqual([[], [0], [-0.1]]);
  });

  it("stores a message whole or not at all: a unit that is there already is refused", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const first = { tokens: tokenRow("q1"), loglikelihood: scored("q1"), generate: null };
    saveQuestions(db, "r/1", [first]);
    expect(() => {
      saveQuestions(db, "r/1", [{ tokens: tokenRow("q2"), loglikelihood: scored("q2"), generate: null }, first]);
    }).toThrow(/UNIQUE/);
    expect(readRun(db, "r").cells[0]!.tokens).toHaveLength(1);
  });

  it("refuses results of a cell that does not exist", () => {
    const row = { tokens: tokenRow("q1"), loglikelihood: null, generate: null };
    expect(() => {
      saveQuestions(store(), "nowhere/1", [row]);
    }).toThrow(/FOREIGN KEY/);
  });
});

describe("saveForward", () => {
  it("keeps batch sizes ascending and a skipped one with its reason", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const skipped = forwardLaunch(32, {
      latencyMs: [],
      computeMs: [],
      warmupMs: [],
      peakMemoryBytes: null,
      runPeakBytes: null,
      anonymousBytes: null,
      fileBytes: null,
      foreignLoadCores: null,
      repeats: 0,
      skipped: "not run: its logits need 9 MiB, 1 MiB may be used",
    });
    saveForward(db, "r/1", skipped);
    saveForward(db, "r/1", forwardLaunch(4));
    const { forward } = readRun(db, "r").cells[0]!;
    expect(forward.map(({ launches }) => launches)).toEqual([[forwardLaunch(4)], [skipped]]);
    expect(forward.map(({ skipped: reason }) => reason)).toEqual([null, skipped.skipped]);
  });

  it("refuses the same batch size twice in a launch", () => {
    const db = store();
    insertRun(db, newRun("r"));
    saveForward(db, "r/1", forwardLaunch(1));
    saveForward(db, "r/1", forwardLaunch(1, { launch: 2 }));
    expect(() => {
      saveForward(db, "r/1", forwardLaunch(1));
    }).toThrow(/UNIQUE/);
  });
});

describe("saveSamples", () => {
  it("appends to the series of its launch", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const key = launchKey("r/1", "timing", 2);
    saveSamples(db, key, samples);
    saveSamples(db, key, { atMs: [300], residentBytes: [5], tokensPerSecond: [6] });
    saveSamples(db, launchKey("r/1", "quality"), samples);
    expect(readRun(db, "r").cells[0]!.samples).toEqual([
      { kind: "quality", launch: 1, ...samples },
      {
        kind: "timing",
        launch: 2,
        atMs: [100, 200.5, 300],
        residentBytes: [90e6, 440e6, 5],
        tokensPerSecond: [0, 1234.5, 6],
      },
    ]);
  });
});

describe("a token without any probability", () => {
  it("is stored as a thousand nats, which JSON can hold", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const row = tokenRow("q1", { referenceLogprobs: [-0.5, -Infinity], klDivergence: Infinity });
    saveQuestions(db, "r/1", [
      { tokens: row, loglikelihood: scored("q1", { choiceLogprobs: [-Infinity, -1] }), generate: null },
    ]);
    saveTexts(db, "r/1", [textChunk(0, { negativeLogLikelihood: [Infinity, null, 1], positions: [] })]);
    const results = buildResults(readRun(db, "r"));
    expect(resultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
    const [cell] = results.cells;
    expect(cell!.tokens[0]).toMatchObject({ referenceLogprobs: [-0.5, -1000], klDivergence: 1000 });
    expect(cell!.benchmark[0]!.answers[0]!.choiceLogprobs).toEqual([-1000, -1]);
    expect(cell!.texts[0]!.negativeLogLikelihood).toEqual([1000, null, 1]);
  });
});

describe("a choice without any probability", () => {
  it("stays the least likely beside sums that are far below a token's", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const choiceLogprobs = [-1500, -Infinity, null, -3];
    saveQuestions(db, "r/1", [{ tokens: null, loglikelihood: scored("q1", { choiceLogprobs }), generate: null }]);
    expect(readRun(db, "r").cells[0]!.benchmark[0]!.answers[0]!.choiceLogprobs).toEqual([-1500, -2500, null, -3]);
  });
});

describe("saveTexts", () => {
  it("stores a message whole or not at all", () => {
    const db = store();
    insertRun(db, newRun("r"));
    saveTexts(db, "r/1", [textChunk(0)]);
    expect(() => {
      saveTexts(db, "r/1", [textChunk(1), textChunk(0)]);
    }).toThrow(/UNIQUE/);
    expect(readRun(db, "r").cells[0]!.texts).toEqual([textChunk(0)]);
  });
});

describe("startLaunch", () => {
  const again = (kind: "timing" | "stepping" | "quality" | "memory") => {
    const db = store();
    fullRun(db);
    finishCell(db, "r/1", "failed", { code: "WORKER_DIED", message: "dead", details: {} });
    startLaunch(db, launchKey("r/1", kind), 9);
    return readRun(db, "r").cells[0]!;
  };

  it("sets the cell running, its error forgotten", () => {
    expect(again("timing")).toMatchObject({ status: "running", error: null });
  });

  it("removes what an earlier attempt of a timing launch left, and nothing else", () => {
    const cell = again("timing");
    expect(cell).toMatchObject({ loadMs: null, memory: null, samples: [], texts: [textChunk(0)] });
    expect(cell.forward.map(({ launches }) => launches.map(({ kind }) => kind))).toEqual([["memory"]]);
    expect(cell.decode[0]!.launches.map(({ way }) => way)).toEqual(["compute"]);
    expect(cell.launches.map(({ kind }) => kind)).toEqual(["stepping", "quality", "memory"]);
  });

  it("removes the answers with a quality launch", () => {
    expect(again("quality")).toMatchObject({ tokens: [], texts: [], benchmark: [], generations: [], samples: [{}] });
  });

  it("removes the decoding of a stepping launch, and the one batch size of a memory launch", () => {
    expect(again("stepping").decode[0]!.launches.map(({ way }) => way)).toEqual(["user"]);
    expect(again("stepping")).toMatchObject({ replays: [], wordsBasis: "once" });
    expect(again("memory").forward[0]!.launches.map(({ kind }) => kind)).toEqual(["timing"]);
  });

  it("lets every unit be stored again, and leaves other launches of the kind", () => {
    const db = store();
    fullRun(db);
    saveForward(db, "r/1", forwardLaunch(1, { launch: 2, latencyMs: [2] }));
    startLaunch(db, launchKey("r/1"), 9);
    saveForward(db, "r/1", forwardLaunch(1, { latencyMs: [1] }));
    finishLaunch(db, launchKey("r/1"), { status: "failed", elapsedMs: 1, canaryDrift: null });
    expect(readRun(db, "r").cells[0]!.forward[0]!.latencyMs).toEqual([1, 2]);
  });
});

describe("finishCell", () => {
  it("stores why a cell failed", () => {
    const db = store();
    insertRun(db, newRun("r"));
    finishCell(db, "r/1", "failed", { code: "OUT_OF_MEMORY", message: "too big", details: {} });
    expect(readRun(db, "r").cells[0]).toMatchObject({
      status: "failed",
      error: { code: "OUT_OF_MEMORY", message: "too big" },
    });
  });

  it("refuses a status that is none", () => {
    const db = store();
    insertRun(db, newRun("r"));
    expect(() => {
      finishCell(db, "r/1", "finished" as "done", null);
    }).toThrow(/CHECK/);
  });
});
