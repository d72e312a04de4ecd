import { describe, expect, it } from "vitest";
import { compareWords } from "#shared/compare/compare-words.ts";
import { joinReplays, withReplayedWords } from "#shared/compare/join-replays.ts";
import type { CellResult, ReplayItem, ReplayLaunch } from "#shared/results.ts";
import { generation } from "../../core/store/sample-run.ts";
import { answer, benchmark, fp32, int4 } from "./cells.ts";

const item = (id: string, promptMs: number, steps: readonly number[], extra: Partial<ReplayItem> = {}): ReplayItem => ({
  id,
  promptTokens: 20,
  tokens: steps.length + 1,
  words: steps.length,
  promptMs: [promptMs],
  stepMs: [...steps],
  ...extra,
});
const launch = (number: number, items: readonly ReplayItem[], of: ReplayLaunch["of"] = "texts"): ReplayLaunch => ({
  ...{ launch: number, of, method: "slim", graph: "exported", foreignLoadCores: 0, repeats: 0 },
  items: [...items],
});
const replays = (launches: readonly ReplayLaunch[]): Partial<CellResult> => ({
  replays: joinReplays(launches, { benchmark: [], generations: [] }),
});

describe("joinReplays", () => {
  it("divides all words of a launch by all its time, prompts included; median over launches", () => {
    // 5 words in 60 ms are 5,000 a minute: not the mean of the two texts' rates.
    const once = launch(1, [item("p1", 10, [10, 10, 10, 10]), item("p2", 5, [5])]);
    const slower = launch(2, [item("p1", 20, [20, 20, 20, 20]), item("p2", 10, [10])]);
    const [texts] = joinReplays([once, slower], { benchmark: [], generations: [] });
    expect(texts).toMatchObject({ of: "texts", wordsPerMinute: 3750, low: 2500, high: 5000, kind: "range" });
  });

  it("has an interval of the median from six launches on", () => {
    const launches = [1, 2, 3, 4, 5, 6].map((number) => launch(number, [item("p1", 10 * number, [])]));
    const [texts] = joinReplays(launches, { benchmark: [], generations: [] });
    expect(texts).toMatchObject({ kind: "order-statistics", low: 0, high: 0 });
  });

  it("counts a repeated text as often as it was written", () => {
    const twice = item("p1", 10, [10], { promptMs: [10, 30], stepMs: [10, 10] });
    // 2 words in 60 ms.
    expect(joinReplays([launch(1, [twice])], { benchmark: [], generations: [] })[0]!.wordsPerMinute).toBe(2000);
  });

  it("tells apart how much is written: over everything, replayed or not", () => {
    const answers = [answer(0, 0, { text: " A" }), answer(1, 1, { text: "it is B" }), answer(2, null, { text: "" })];
    const written = {
      benchmark: [benchmark(answers, "generate")],
      generations: [generation("p1", { text: "one two" }), generation("p2", { text: "one two three four" })],
    };
    const [texts, short] = joinReplays(
      [launch(1, [item("q1", 9, [])], "answers"), launch(1, [item("p1", 9, [1])])],
      written,
    );
    expect([texts!.of, texts!.wordsEach]).toEqual(["texts", 3]);
    expect([short!.of, short!.wordsEach]).toEqual(["answers", 4 / 3]);
  });

  it("is nothing without launches, and no rate where no time passed", () => {
    expect(joinReplays([], { benchmark: [], generations: [] })).toEqual([]);
    const [texts] = joinReplays([launch(1, [item("p1", 0, [0])])], { benchmark: [], generations: [] });
    expect(texts).toMatchObject({ wordsPerMinute: null, low: null, high: null });
  });
});

describe("withReplayedWords", () => {
  const generations = [generation("p1"), generation("p2")];

  it("puts the replays' rates in the place of those that were measured once", () => {
    const cell = fp32({
      generations,
      benchmark: [benchmark([answer(0, 0)], "generate"), benchmark([answer(0, 0)])],
      ...replays([
        launch(1, [item("p1", 20, [10, 10], { words: 3 })]),
        launch(2, [item("p1", 10, [10, 10], { words: 3 })]),
        launch(1, [item("q1", 20, [], { words: 1 })], "answers"),
      ]),
    });
    const { generations: texts, benchmark: asked } = withReplayedWords(cell);
    expect(texts.map(({ wordsPerMinute }) => wordsPerMinute)).toEqual([5250, generations[1]!.wordsPerMinute]);
    expect(asked.map(({ wordsPerMinute }) => wordsPerMinute)).toEqual([3000, null]);
  });

  it("leaves a cell without replays as it is", () => {
    const cell = fp32({ generations });
    expect(withReplayedWords(cell)).toBe(cell);
  });
});

describe("compareWords", () => {
  const times = (ms: number): ReplayLaunch[] =>
    [1, 2, 3, 4, 5, 6].map((number) => launch(number, [item("p1", ms * number, [ms, ms]), item("p2", ms, [ms])]));

  it("is the reference's time by the candidate's, paired by launch", () => {
    const [ratio] = compareWords(fp32(replays(times(20))), int4(replays(times(10))));
    expect(ratio).toMatchObject({ of: "texts", kind: "signed-rank", launches: 6 });
    for (const value of [ratio!.ratio, ratio!.low, ratio!.high]) expect(value).toBeCloseTo(2, 12);
  });

  it("compares as many tokens as both wrote: who writes less is not slower for it", () => {
    const long = fp32(replays([launch(1, [item("q1", 30, [2, 2, 2, 2])], "answers")]));
    const short = int4(replays([launch(1, [item("q1", 15, [1])], "answers")]));
    // 30 + 2 against 15 + 1, though by words of their own the short one is at 3,750 and the long one at 6,316.
    expect(compareWords(long, short)).toMatchObject([{ of: "answers", ratio: 2, kind: "range", launches: 1 }]);
    expect(compareWords(short, long)).toMatchObject([{ ratio: 0.5 }]);
  });

  it("takes the mean of repeats, and of each the same first steps", () => {
    const one = fp32(replays([launch(1, [item("p1", 10, [1, 9], { promptMs: [10, 20], stepMs: [1, 9, 3, 9] })])]));
    const other = int4(replays([launch(1, [item("p1", 10, [7])])]));
    // Prompt 15 and a first step of 2 against 10 and 7.
    expect(compareWords(one, other)[0]!.ratio).toBeCloseTo(1, 12);
  });

  it("leaves out texts that only one has or that stand behind another prompt, and launches of one side", () => {
    const ours = fp32(replays([launch(1, [item("p1", 10, []), item("p2", 99, [])]), launch(2, [item("p1", 10, [])])]));
    const theirs = int4(
      replays([launch(1, [item("p1", 5, []), item("p2", 1, [], { promptTokens: 21 }), item("p3", 70, [])])]),
    );
    expect(compareWords(ours, theirs)).toMatchObject([{ ratio: 2, launches: 1 }]);
  });

  it("is nothing where nothing is in common", () => {
    expect(compareWords(fp32(), int4())).toEqual([]);
    expect(compareWords(fp32(replays(times(20))), int4())).toEqual([]);
    const elsewhere = int4(replays([launch(9, [item("p1", 5, [])])]));
    expect(compareWords(fp32(replays(times(20))), elsewhere)).toEqual([]);
  });
});
