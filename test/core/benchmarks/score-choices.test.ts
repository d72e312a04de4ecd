import { describe, expect, it } from "vitest";
import type { ChoicePlan } from "#core/benchmarks/choice-plan.ts";
import { bestChoice, isOneRow, perCharacter, scoreChoices, type ScoringWays } from "#core/benchmarks/score-choices.ts";
import { fakeContext } from "../measure/fake-context.ts";

type Row = readonly number[];

const plan = (promptIds: number[], scoredFrom: number, ...sequences: number[][]): ChoicePlan => ({
  promptIds,
  sequences,
  scoredFrom,
  sharedSeam: false,
  cutTokens: 0,
});
// logp of [2, 1, 0]: docs/measurement.md, by hand ln(e^2 + e + 1) = 2.407606.
const ROW = [2, 1, 0];
const LOGP = [-0.407606, -1.407606, -2.407606];
const UNUSED = [9, 9, 9];
/** Long enough for single steps to be cheaper than the sequences again. */
const LONG = Array.from({ length: 40 }, () => 1);

/** Scores with a model that answers by a table "1,2" -> row behind them, the prompt fed. */
async function scores(
  table: Readonly<Record<string, Row>>,
  choices: ChoicePlan,
  promptRow: Row = UNUSED,
  extra: Partial<ScoringWays> = {},
): Promise<{ scores: (number | null)[]; fed: string[] }> {
  const name = (ids: readonly number[]): string => ids.join().replace(LONG.join(), "L");
  const rows = { [name(choices.promptIds)]: promptRow, ...table };
  const { stepper, forward, fed } = fakeContext((ids) => {
    const found = rows[name(ids)];
    if (!found) throw new RangeError(`no row behind ${ids.join()}`);
    return Float32Array.from(found);
  });
  await stepper.prefill([choices.promptIds]);
  fed.length = 0;
  const ways = { stepper, forward, lastOnly: false, batch: 1, vocabularySize: 3, ...extra };
  return {
    scores: await scoreChoices(ways, choices, Float32Array.from(promptRow)),
    fed: fed.map((line) => line.replaceAll(LONG.join(), "L")),
  };
}

const near = (value: number): unknown => expect.closeTo(value, 5);

describe("scoreChoices", () => {
  it("reads one-token letters from the prompt's own logits, with no pass", async () => {
    const read = await scores({}, plan([7, 8], 2, [7, 8, 0], [7, 8, 1], [7, 8, 2]), ROW);
    expect(read).toEqual({ scores: LOGP.map(near), fed: [] });
  });

  it("goes on from the prompt's cache, a beginning that choices share once, the last token never", async () => {
    const table = { "L,0": [0, 0, 0], "L,1": ROW, "L,1,2": ROW };
    const choices = plan(LONG, 40, [...LONG, 0, 1], [...LONG, 0, 2], [...LONG, 1, 2, 0], [...LONG, 2]);
    const read = await scores(table, choices, ROW);
    const even = LOGP[0]! - Math.log(3);
    expect(read.scores).toEqual([near(even), near(even), near(LOGP[1]! + LOGP[2]! + LOGP[0]!), near(LOGP[2]!)]);
    expect(read.fed).toEqual(["step 0", "rewind 40", "step 1", "step 2"]);
  });

  it("feeds whole sequences where so many steps would cost more", async () => {
    const table = { "7,0": ROW, "7,1": ROW, "7,1,1": ROW };
    const read = await scores(table, plan([7], 1, [7, 0, 2], [7, 1, 1, 0]), ROW);
    expect(read.fed).toEqual(["forward 7,1,1", "forward 7,0"]);
    expect(read.scores).toEqual([near(LOGP[0]! + LOGP[2]!), near(LOGP[1]! * 2 + LOGP[0]!)]);
  });

  it("feeds whole sequences where a cache changes results, those that are fed alike once", async () => {
    const choices = plan(LONG, 40, [...LONG, 0, 1], [...LONG, 0, 2], [...LONG, 1, 2]);
    const table = { "L,0": [0, 0, 0], "L,1": ROW };
    const read = await scores(table, choices, ROW, { stepper: null });
    expect(read.fed).toEqual(["forward L,0", "forward L,1"]);
    const even = LOGP[0]! - Math.log(3);
    expect(read.scores).toEqual([near(even), near(even), near(LOGP[1]! + LOGP[2]!)]);
  });

  it("joins whole sequences where batches are safe, and reads no padding", async () => {
    const table = { "7,0": ROW, "7,1": ROW, "7,1,1": ROW };
    const read = await scores(table, plan([7], 1, [7, 0, 2], [7, 1, 1, 0]), ROW, { batch: 8 });
    expect(read.fed).toEqual(["forward 7,1,1 7,0"]);
    expect(read.scores).toEqual([near(LOGP[0]! + LOGP[2]!), near(LOGP[1]! * 2 + LOGP[0]!)]);
  });

  it("goes back into the prompt where a seam merged", async () => {
    // The prompt's last token is in no choice: scoring starts in front of it.
    const table = { L: ROW, "L,0": ROW, "L,2": UNUSED };
    const read = await scores(table, plan([...LONG, 2], 40, [...LONG, 1], [...LONG, 0, 2]), UNUSED);
    expect(read.fed).toEqual(["rewind 39", "step 1", "step 0"]);
    expect(read.scores).toEqual([near(LOGP[1]!), near(LOGP[0]! + LOGP[2]!)]);
  });

  it("feeds the beginning anew where the prompt's cache does not hold it", async () => {
    const table = { "0,L": ROW, L: UNUSED };
    const read = await scores(table, plan(LONG, 41, [0, ...LONG, 0], [0, ...LONG, 1]), UNUSED);
    expect(read.fed).toEqual(["prefill 0,L"]);
    expect(read.scores).toEqual([near(LOGP[0]!), near(LOGP[1]!)]);
  });

  it("has no score for a choice without tokens", async () => {
    const read = await scores({}, plan([7], 1, [7], [7, 1]), ROW);
    expect(read).toEqual({ scores: [null, near(LOGP[1]!)], fed: [] });
    expect(await scores({}, plan([7], 1, [7], [7]), ROW)).toEqual({ scores: [null, null], fed: [] });
  });

  it.each([NaN, Infinity])("has no score where a row holds %d, at any position", async (value) => {
    const broken = await scores({}, plan([7], 1, [7, 0], [7, 1]), [2, value, 0]);
    expect(broken.scores).toEqual([null, null]);
    const later = await scores({ "L,0": [0, value, 0] }, plan(LONG, 40, [...LONG, 0, 1], [...LONG, 2]), ROW);
    expect(later.scores).toEqual([null, near(LOGP[2]!)]);
  });

  it("gives minus infinity to a token of probability 0", async () => {
    const read = await scores({}, plan([7], 1, [7, 0], [7, 1]), [0, -Infinity, -Infinity]);
    expect(read.scores).toEqual([0, -Infinity]);
  });

  it("has no score for a choice with a token beyond the logits", async () => {
    expect((await scores({}, plan([7], 1, [7, 3], [7, 1]), ROW)).scores).toEqual([null, near(LOGP[1]!)]);
  });

  it("feeds each beginning alone where a pass gives its last row only", async () => {
    const table = { "7,0": ROW, "7,0,1": ROW };
    const read = await scores(table, plan([7], 1, [7, 0, 1, 2]), ROW, { stepper: null, lastOnly: true });
    expect(read.fed).toEqual(["forward 7", "forward 7,0", "forward 7,0,1"]);
    expect(read.scores).toEqual([near(LOGP[0]! + LOGP[1]! + LOGP[2]!)]);
  });
});

describe("isOneRow", () => {
  it.each<[string, ChoicePlan, boolean]>([
    ["one-token choices behind the prompt", plan([7, 8], 2, [7, 8, 0], [7, 8, 1]), true],
    ["a choice of two tokens", plan([7, 8], 2, [7, 8, 0], [7, 8, 1, 1]), false],
    ["a seam inside the prompt", plan([7, 8], 1, [7, 0], [7, 8]), false],
    ["another beginning", plan([7, 8], 2, [7, 9, 0], [7, 9, 1]), false],
  ])("%s", (_, choices, expected) => {
    expect(isOneRow(choices)).toBe(expected);
  });
});

describe("perCharacter", () => {
  it("chooses by likelihood a character where that differs (oracle: -4 over 4 characters, -6 over 12)", () => {
    const scores = [-4, -6];
    expect(perCharacter(scores, [4, 12])).toEqual([-1, -0.5]);
    expect(bestChoice(scores)).toBe(0);
    expect(bestChoice(perCharacter(scores, [4, 12]))).toBe(1);
  });

  it("keeps a score that was not a number missing", () => {
    expect(perCharacter([null, -2], [3, 2])).toEqual([null, -1]);
  });
});

describe("bestChoice", () => {
  it.each<[(number | null)[], number | null]>([
    [[-3, -1, -2], 1],
    [[-1], 0],
    [[-2, -1, -1], 1],
    [[-1, -1], 0],
    [[-Infinity, -5], 1],
    [[-Infinity, -Infinity], 0],
    [[-1, null, -2], null],
    [[null, -1], null],
    [[], null],
    // The sum of log-probabilities decides, not the mean by length: docs/measurement.md.
    [[-4, -6], 0],
  ])("of %j is %j: the largest, of equal ones the first, none where one is missing", (values, best) => {
    expect(bestChoice(values)).toBe(best);
  });
});
