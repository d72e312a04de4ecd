import { describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import { type LmEvalTask, readLmEvalSamples } from "#shared/exports/lm-eval-read.ts";

type Score = readonly [number | string, boolean | string];
const scored = (...nats: (number | string)[]): { filtered_resps: Score[]; resps: Score[][] } => {
  const pairs = nats.map((each): Score => [String(each), "False"]);
  return { filtered_resps: pairs, resps: pairs.map((pair) => [pair]) };
};

/** What the harness writes of `acc`: the first of the largest is right. */
const BASE = { arguments: {}, filter: "none" };
const lines = (...samples: object[]): string =>
  samples.map((each, index) => `${JSON.stringify({ doc_id: index, ...BASE, ...each })}\n`).join("");
const read = (...samples: object[]): LmEvalTask => readLmEvalSamples(lines(...samples), "samples_task.jsonl");
const reason = (...samples: object[]): string => {
  try {
    read(...samples);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).details.task).toBe("task");
    return (error as LabError).message;
  }
  throw new Error("was read");
};

/** Documents as the harness's tasks have them, of which the choice with index `gold` is right. */
const LAYOUTS: [name: string, doc: object, target: unknown, choices: readonly string[], gold: number][] = [
  ["ARC", { question: "q", choices: { text: ["a1", "b1", "c1"], label: ["A", "B", "C"] }, answerKey: "C" }, "2", ["a1", "b1", "c1"], 2],
  ["ARC counted from 1, the key as target", { question: "q", choices: { text: ["a1", "b1", "c1"], label: ["1", "2", "3"] }, answerKey: "3" }, "c1", ["a1", "b1", "c1"], 2],
  ["HellaSwag", { ctx: "c", endings: ["w", "x", "y"], label: "2" }, "2", ["w", "x", "y"], 2],
  ["PIQA", { goal: "g", sol1: "s", sol2: "t", label: 1 }, "1", ["s", "t"], 1],
  ["WinoGrande", { sentence: "The _ is", option1: "o", option2: "p", answer: "2" }, "is", ["o", "p"], 1],
  ["COPA", { premise: "p", question: "cause", choice1: "m", choice2: "n", label: 1 }, "1", ["m", "n"], 1],
  ["Social IQa", { context: "c", question: "q", answerA: "i", answerB: "j", answerC: "k", label: "3" }, "2", ["i", "j", "k"], 2],
  ["MedMCQA", { question: "q", opa: "e", opb: "f", opc: "g", opd: "h", cop: 3 }, "3", ["e", "f", "g", "h"], 3],
  ["MedQA", { sent1: "q", ending0: "e", ending1: "f", ending2: "g", ending3: "h", label: 2 }, "2", ["e", "f", "g", "h"], 2],
  ["options by letter", { question: "q", options: { A: "u", B: "v", C: "w" }, answer: "C" }, "C", ["u", "v", "w"], 2],
  ["options as objects", { question: "q", options: [{ key: "A", value: "u" }, { key: "B", value: "v" }], answer_idx: "B" }, "v", ["u", "v"], 1],
  ["columns by letter", { question: "q", A: "u", B: "v", C: "w", answer: "B" }, "1", ["u", "v", "w"], 1],
  ["TruthfulQA mc1", { question: "q", mc1_targets: { choices: ["u", "v"], labels: [1, 0] } }, "0", ["u", "v"], 0],
  ["GPQA", { Question: "q", choice1: "u", choice2: "v", choice3: "w", answer: "(C)" }, "(C)", ["u", "v", "w"], 2],
  ["numbers as choices, the right one by its text", { question: "q", choices: ["7", "8", "9"], answer: "9" }, "9", ["7", "8", "9"], 2],
  ["a target in a list of one", { question: "q", choices: ["u", "v", "w"] }, "[2]", ["u", "v", "w"], 2],
  ["a target that is a number (January 2024)", { question: "q", choices: ["u", "v", "w"] }, 2, ["u", "v", "w"], 2],
  ["BoolQ, without texts of choices", { question: "q", passage: "p", label: 1 }, "1", ["A", "B"], 1],
]; // prettier-ignore

describe("documents of lm-eval's tasks", () => {
  it.each(LAYOUTS)("reads %s", (_, doc, target, choices, gold) => {
    const nats = choices.map((_choice, index) => (index === gold ? -1 : -2));
    const best = gold === 0 ? 1 : 0;
    const wrong = choices.map((_choice, index) => (index === best ? -1 : -2));
    const { questions, answers } = read(
      { doc, target, ...scored(...nats), acc: 1 },
      { doc, target, ...scored(...wrong), acc: 0 },
    );
    expect(questions.map((question) => [question.choices, question.answer])).toEqual([
      [choices, gold],
      [choices, gold],
    ]);
    expect(answers.map(({ predicted, correct }) => [predicted, correct])).toEqual([
      [gold, true],
      [best, false],
    ]);
  });

  it("takes as many choices as were scored: from the arguments where the document lacks them", () => {
    const doc = { question: "q", distractor1: "x", correct_answer: "w" };
    for (const asked of [
      { gen_args_0: { arg_0: "Q", arg_1: " x" }, gen_args_1: { arg_0: "Q", arg_1: " w" } },
      [["Q", " x"], ["Q", " w"]], // prettier-ignore
    ]) {
      const { questions, notes } = read({ doc, target: "1", arguments: asked, ...scored(-2, -1), acc: 1 });
      expect(questions[0]).toMatchObject({ choices: ["x", "w"], answer: 1 });
      expect(notes).toEqual([]);
    }
  });

  it("lets letters stand for texts that are nowhere, says so, and has enough of them", () => {
    const nats = Array.from({ length: 77 }, (_, index) => (index === 76 ? -1 : -2));
    const { questions, notes } = read({ doc: { text: "q" }, target: "76", ...scored(...nats), acc: 1 });
    expect(questions[0]!.choices).toHaveLength(77);
    expect(questions[0]!.answer).toBe(76);
    expect(notes[0]).toMatch(/no texts of choices of 1 question: letters stand for them/);
  });

  it("does not take the sentences of a pair for choices", () => {
    const doc = { sentence1: "s", sentence2: "t", label: 1 };
    const { questions } = read({ doc, target: "1", ...scored(-2, -1), acc: 1 });
    expect(questions[0]!.choices).toEqual(["A", "B"]);
  });

  it("asks what the harness counted as right how a field is counted", () => {
    const row = (answer: number, chosen: number, acc: number): object => ({
      doc: { question: "q", choices: ["x", "y", "z"], answer },
      target: "the rest of a sentence",
      ...scored(...["x", "y", "z"].map((_, index) => (index === chosen ? -1 : -2))),
      acc,
    });
    expect(read(row(1, 0, 1), row(2, 1, 1)).questions.map(({ answer }) => answer)).toEqual([0, 1]);
    expect(read(row(1, 1, 1), row(2, 1, 0)).questions.map(({ answer }) => answer)).toEqual([1, 2]);
  });

  it("takes the right choice from a metric that holds it", () => {
    const doc = { sentence: "s", acceptability: "no" };
    const { answers, questions } = read({ doc, target: "?", ...scored(-1, -2, -3), mcc: [2, 0], metrics: ["mcc"] });
    expect(questions[0]!.answer).toBe(2);
    expect(answers[0]).toMatchObject({ predicted: 0, correct: false });
  });

  it("says where acc and the log-likelihoods contradict each other", () => {
    const doc = { question: "q", choices: ["x", "y", "z"] };
    const { answers, notes } = read({ doc, target: "1", ...scored(-2, -1, -3), acc: 0 });
    expect(answers[0]).toMatchObject({ correct: false });
    expect(notes).toEqual([
      "task: in 1 question the harness's count contradicts the answer that was chosen; its count is taken",
    ]);
  });

  it("works acc out where only acc_norm is logged, and says so", () => {
    const doc = { question: "q", choices: ["x", "y"] };
    const { answers, notes } = read({ doc, target: "1", ...scored(-2, -1), acc_norm: 0, metrics: ["acc_norm"] });
    expect(answers[0]).toMatchObject({ correct: true, normalized: { predicted: 0, correct: false } });
    expect(notes[0]).toContain("acc of 1 question is not in the file");
  });
});

describe("log-likelihoods", () => {
  const doc = { question: "q", choices: ["x", "y"] };

  it.each([
    ["NaN in one", ["nan", "-1"], [null, -1]],
    ["NaN in all", ["nan", "NaN"], [null, null]],
    ["more than is possible", ["inf", "-1"], [null, -1]],
  ])("is no answer with %s, whatever the harness counts", (_, nats, stored) => {
    const { mode, answers } = read({ doc, target: "0", ...scored(...nats), acc: 1 });
    expect(mode).toBe("loglikelihood");
    expect(answers[0]).toMatchObject({
      predicted: null,
      correct: false,
      formatFailure: false,
      text: null,
      choiceLogprobs: stored,
    });
  });

  it.each(["-inf", "-Infinity"])("takes %s for the least likely choice", (least) => {
    const { answers } = read({ doc, target: "1", ...scored(least, "-2000"), acc: 1 });
    expect(answers[0]).toMatchObject({ predicted: 1, correct: true, choiceLogprobs: [-Infinity, -2000] });
  });

  it("reads bare NaN and -Infinity, as json.dump writes numbers", () => {
    const text = (first: string): string =>
      `{"doc_id": 0, "doc": {"question": "q", "choices": ["x", "y"]}, "target": 1, "resps": [[[${first}, false]], [[-1.5, true]]], "filtered_resps": [[${first}, false], [-1.5, true]], "acc": 1.0}\n`;
    const of = (first: string): LmEvalTask => readLmEvalSamples(text(first), "samples_task.jsonl");
    expect(of("-Infinity").answers[0]).toMatchObject({ predicted: 1, choiceLogprobs: [-Infinity, -1.5] });
    expect(of("NaN").answers[0]).toMatchObject({ predicted: null, choiceLogprobs: [null, -1.5] });
  });

  it("takes the first half where the choices without their prompt follow", () => {
    const { answers } = read({
      doc,
      target: "1",
      ...scored(-3, -2, -1, -9),
      acc: 1,
      acc_mutual_info: 0,
      metrics: ["acc", "acc_mutual_info"],
    });
    expect(answers[0]).toMatchObject({ predicted: 1, choiceLogprobs: [-3, -2] });
  });

  it("works out which choice acc_norm took, where the lengths are known", () => {
    const long = { question: "q", choices: ["x", "yyyy", "zzzzzzzzzz"] };
    const asked = long.choices.map((choice) => ["Q", ` ${choice}`]);
    const row = { doc: long, target: "0", ...scored(-1, -5, -6), acc: 1, acc_norm: 0 };
    expect(read({ ...row, arguments: asked }).answers[0]!.normalized).toEqual({ predicted: 2, correct: false });
    expect(read(row).answers[0]!.normalized).toEqual({ predicted: null, correct: false });
  });
});

describe("generated answers", () => {
  const options = ["a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1", "i1", "j1"];
  const said = (filtered: string, target: string, exact_match: unknown, extra: object = {}): object => ({
    doc: { question: "q", options, category: "law" },
    target,
    resps: [[`so ${filtered}`]],
    filtered_resps: [filtered],
    exact_match,
    ...extra,
  });

  it("has the document's number of choices, and its subject", () => {
    const { questions, answers } = read(said("I", "I", 1), said("C", "B", 0), said("[invalid]", "B", 0));
    expect(questions.map(({ choices, answer, subject }) => [choices.length, answer, subject])).toEqual([
      [10, 8, "law"],
      [10, 1, "law"],
      [10, 1, "law"],
    ]);
    expect(answers.map(({ predicted, formatFailure }) => [predicted, formatFailure])).toEqual([
      [8, false],
      [2, false],
      [null, true],
    ]);
  });

  it("finds choices in the question's own words (BBH)", () => {
    const doc = { input: "Which?\nOptions:\n(A) first\n(B) second\n(C) third", target: "(B)" };
    const { questions, answers } = read({
      doc,
      target: "(B)",
      resps: [["(B)"]],
      filtered_resps: ["(B)"],
      exact_match: 1,
    });
    expect(questions[0]).toMatchObject({ choices: ["first", "second", "third"], answer: 1 });
    expect(answers[0]).toMatchObject({ predicted: 1, correct: true });
  });

  it("finds choices in the prompt where the document has none: those of the last question", () => {
    const prompt = "Q: one?\nA. p\nB. q\nC. r\nAnswer: B\n\nQ: two?\nA. s\nB. t\nAnswer:";
    const row = { doc: { text: "two?" }, target: "B", resps: [["B"]], filtered_resps: ["B"], exact_match: 1 };
    for (const asked of [
      { gen_args_0: { arg_0: prompt, arg_1: { until: ["."] } } },
      { gen_args_0: { arg_0: JSON.stringify([{ role: "user", content: prompt }]), arg_1: {} } },
    ]) {
      const { questions } = read({ ...row, arguments: asked });
      expect(questions[0]).toMatchObject({ choices: ["s", "t"], answer: 1 });
    }
  });

  it("does not take a word for a letter", () => {
    const { answers } = read(said("A cat is what I saw", "B", 0), said("b1", "B", 1), said("c1", "B", 0));
    expect(answers.map(({ predicted }) => predicted)).toEqual([null, 1, 2]);
  });

  it.each([true, "True", "1.0", 1])("takes %j for right", (right) => {
    expect(read(said("B", "B", right)).answers[0]).toMatchObject({ predicted: 1, correct: true });
  });

  it("reads the first filter and names the others, and metrics that are not read", () => {
    const metrics = ["exact_match", "f1"];
    const task = readLmEvalSamples(
      lines(
        said("B", "B", 1, { filter: "strict-match", metrics, f1: 1 }),
        { ...said("C", "B", 0, { filter: "flexible-extract", metrics, f1: 0 }), doc_id: 0 },
        { ...said("C", "B", 0, { filter: "maj@8", metrics, f1: 0 }), doc_id: 0 },
      ),
      "samples_task.jsonl",
    );
    expect(task.answers).toHaveLength(1);
    expect(task.leftOut).toEqual([
      "answers of task by the filters flexible-extract, maj@8 (strict-match is read)",
      "the metrics f1 of task",
    ]);
  });
});

describe("tasks that are none of right and wrong choices", () => {
  const doc = { question: "q", choices: ["x", "y", "z"], answer: 1 };
  it.each([
    ["a probability mass (TruthfulQA mc2)", { doc, target: "0", ...scored(-1, -2, -3), acc: 0.91 }, /line 1: acc is 0.91, which is neither right/],
    ["a share of an exact match", { doc, target: "B", resps: [["B"]], filtered_resps: ["B"], exact_match: 0.5 }, /exact_match is 0.5/],
    ["acc that is NaN", { doc, target: "0", ...scored(-1, -2, -3), acc: "nan" }, /acc is "nan"/],
    ["pairs of sentences (CrowS-Pairs)", { doc: { sent_more: "m", sent_less: "l" }, target: "0", ...scored(-1, -2), likelihood_diff: 1, pct_stereotype: 1 }, /its metrics \(likelihood_diff, pct_stereotype\) do not say which choice is right/],
    ["one log-likelihood (LAMBADA)", { doc: { text: "a b" }, target: "b", ...scored(-1), acc: 1, perplexity: -1 }, /one log-likelihood, and no choices/],
    ["several marked choices, also where the share is whole", { doc: { question: "q", mc1_targets: { choices: ["x", "z"], labels: [1, 0] }, mc2_targets: { choices: ["x", "y", "z"], labels: [1, 1, 0] } }, target: "0", ...scored(-1, -2, -300), acc: 1 }, /marks several choices as right/],
    ["perplexity", { doc: { page: "p" }, target: "p", resps: [["-12.5"]], filtered_resps: ["-12.5"], word_perplexity: [-12.5, 3], byte_perplexity: [-12.5, 9] }, /word_perplexity, byte_perplexity\) do not say whether the answer is right/],
    ["BLEU", { doc: { src: "s" }, target: "t", resps: [["t"]], filtered_resps: ["t"], bleu: ["t", "t"] }, /its metrics \(bleu\)/],
    ["F1", { doc: { question: "q" }, target: "t", resps: [["t"]], filtered_resps: ["t"], em: 1, f1: 1 }, /its metrics \(em, f1\)/],
    ["an open answer (GSM8K)", { doc: { question: "2+1?", answer: "It is #### 3" }, target: "3", resps: [["3"]], filtered_resps: ["3"], exact_match: 1 }, /any text may be the answer/],
    ["several right choices", { doc, target: "[0, 2]", ...scored(-1, -2, -3), acc: 1 }, /several right choices/],
    ["a right choice that is none of them", { doc: { question: "q", choices: ["x", "y"] }, target: "2", ...scored(-1, -2), acc: 0 }, /line 1: neither target nor doc.answer names one of 2 choices/],
  ])("are refused: %s", (_, sample, words) => {
    expect(reason(sample)).toMatch(words);
  }); // prettier-ignore

  it("is refused where one line of many is so, which is named", () => {
    const good = { doc, target: "0", ...scored(-1, -2, -3), acc: 1 };
    expect(reason(good, { ...good, acc: 0.25 })).toMatch(/line 2: acc is 0.25/);
    expect(reason(good, { doc, target: "B", resps: [["B"]], filtered_resps: ["B"], exact_match: 1 })).toMatch(
      /line 2: texts and log-likelihoods in one file/,
    );
  });
});

describe("sample files", () => {
  const doc = { question: "q", choices: ["x", "y"], answer: 1 };
  const sample = { doc_id: 0, doc, target: 1, arguments: [["Q", " A"]], resps: [[[-4, false]], [[-1, true]]], acc: 1 };

  it("reads the list of versions before February 2024, without filtered answers, and the task's name behind the model's", () => {
    const file = "pretrained__example__tiny_mmlu_em.jsonl";
    const text = JSON.stringify([sample], null, 2);
    expect(readLmEvalSamples(text, file).answers[0]).toMatchObject({ predicted: 1, correct: true });
    expect(readLmEvalSamples(text, file, { tasks: ["em", "mmlu_em", "mmlu"] }).name).toBe("mmlu_em");
  });

  it.each([
    ["a list that is cut", JSON.stringify([sample, sample], null, 2).slice(0, -30), /s\.jsonl is not valid JSON: it is cut short, in line \d+/],
    ["a line that is cut", `${JSON.stringify(sample)}\n${JSON.stringify(sample).slice(0, 40)}`, /line 2 is not valid JSON: the file ends in it\. Delete this line/],
    ["a document that is there twice", `${JSON.stringify(sample)}\n${JSON.stringify(sample)}\n`, /line 2: the document 0 is there a second time \(first: s\.jsonl: line 1\)/],
    ["a list without samples", "[]", /holds no samples/],
  ])("names what is wrong with %s", (_, text, words) => {
    expect(() => readLmEvalSamples(text, "s.jsonl")).toThrow(words);
  }); // prettier-ignore
});
