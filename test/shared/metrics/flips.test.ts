import { describe, expect, it } from "vitest";
import { changedShare, countFlips, flipShare } from "#shared/metrics/flips.ts";
import { createRandom } from "#shared/random.ts";

const gold = new Array<number>(10).fill(0);
const reference = [0, 0, 0, 0, 0, 0, 0, 1, 1, 2];
const candidate = [0, 0, 0, 0, 0, 1, 2, 0, 1, 3];
const counts = countFlips(gold, reference, candidate);

describe("countFlips", () => {
  it("counts each way an answer can change", () => {
    expect(counts).toEqual({
      n: 10,
      bothCorrect: 5,
      correctToWrong: 2,
      wrongToCorrect: 1,
      wrongToOtherWrong: 1,
      invalid: 0,
    });
  });

  it("takes letters as well", () => {
    expect(countFlips(["A", "B"], ["A", "C"], ["B", "D"])).toMatchObject({ correctToWrong: 1, wrongToOtherWrong: 1 });
  });

  it("counts no flip between identical variants", () => {
    const random = createRandom(14);
    const answers = Array.from({ length: 100 }, () => random.nextInt(4));
    const same = countFlips(new Array<number>(100).fill(0), answers, answers);
    expect(same).toMatchObject({ n: 100, correctToWrong: 0, wrongToCorrect: 0, wrongToOtherWrong: 0 });
  });

  it("leaves a question out when either answer is invalid", () => {
    expect(countFlips([0, 0, 0, 0], [null, 0, null, 0], [0, null, null, 0])).toMatchObject({
      n: 1,
      bothCorrect: 1,
      invalid: 3,
    });
  });

  it("is all zero without questions", () => {
    expect(countFlips([], [], [])).toMatchObject({ n: 0, invalid: 0 });
  });

  it("refuses answers that do not pair up", () => {
    expect(() => countFlips([0, 0], [0], [0, 0])).toThrow("Gold and reference answers");
    expect(() => countFlips([0, 0], [0, 0], [0])).toThrow("Gold and candidate answers");
  });
});

describe("flipShare", () => {
  it("is 30 % of the ten questions, with Wilson's interval", () => {
    expect(flipShare(counts)).toMatchObject({ count: 3, n: 10, share: 0.3 });
    expect(flipShare(counts).interval?.high).toBeCloseTo(1 - 0.3968, 4);
  });

  it("is null without questions", () => {
    expect(flipShare(countFlips([], [], []))).toEqual({ count: 0, n: 0, share: null, interval: null });
  });
});

describe("changedShare", () => {
  it("is 40 % of the ten questions", () => {
    expect(changedShare(counts)).toMatchObject({ count: 4, n: 10, share: 0.4 });
  });

  it("is null without questions", () => {
    expect(changedShare(countFlips([], [], []))).toMatchObject({ share: null, interval: null });
  });
});
