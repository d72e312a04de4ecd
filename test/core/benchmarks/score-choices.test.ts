import { describe, expect, it } from "vitest";
import { bestChoice, scoreChoices } from "#core/benchmarks/score-choices.ts";
import type { ChoicePlan } from "#core/benchmarks/choice-plan.ts";
import type { Decoder } from "#core/engine/decoder.ts";

type Row = readonly number[];

/** A decoder whose logits depend on the fed tokens by a table "1,2" -> row behind them; it keeps what it was fed. */
function decoder(table: Readonly<Record<string, Row>>): { fake: Decoder; fed: string[] } {
  const fed: string[] = [];
  const forward = (batch: readonly (readonly number[])[]): Promise<unknown> => {
    const [ids = []] = batch;
    fed.push(ids.join());
    const row = (sequence: number, position: number): Float32Array => {
      const found = table[ids.slice(0, position + 1).join()];
      if (sequence !== 0 || !found) throw new RangeError(`no row at ${sequence}, ${position}`);
      return Float32Array.from(found);
    };
    return Promise.resolve({ row });
  };
  return { fake: { forward } as unknown as Decoder, fed };
}

const plan = (promptIds: number[], scoredFrom: number, ...sequences: number[][]): ChoicePlan => ({
  promptIds,
  sequences: sequences.map((ids) => ({ ids, scoredFrom })),
  seamMerged: false,
});
// logp of [2, 1, 0]: docs/measurement.md, by hand ln(e^2 + e + 1) = 2.407606.
const ROW = [2, 1, 0];
const LOGP = [-0.407606, -1.407606, -2.407606];
const UNUSED = Float32Array.of(9, 9, 9);

async function scores(
  table: Readonly<Record<string, Row>>,
  choices: ChoicePlan,
  promptRow: Float32Array = UNUSED,
): Promise<{ scores: (number | null)[]; fed: string[] }> {
  const { fake, fed } = decoder(table);
  return { scores: await scoreChoices(fake, choices, promptRow), fed };
}

const near = (value: number): unknown => expect.closeTo(value, 5);

describe("scoreChoices", () => {
  it("reads one-token letters from the prompt's own logits, with no pass", async () => {
    const read = await scores({}, plan([7, 8], 2, [7, 8, 0], [7, 8, 1], [7, 8, 2]), Float32Array.from(ROW));
    expect(read).toEqual({ scores: LOGP.map(near), fed: [] });
  });

  it("sums the tokens of longer choices, one pass for those that feed the same", async () => {
    // " B" as space and letter: the space (0) is common to both choices.
    const read = await scores({ "7": ROW, "7,0": [0, 0, 0] }, plan([7], 1, [7, 0, 1], [7, 0, 2]));
    const sum = -0.407606 - Math.log(3);
    expect(read).toEqual({ scores: [near(sum), near(sum)], fed: ["7,0"] });
  });

  it("gives each different text a pass of its own, without its last token", async () => {
    const table = { "7": ROW, "7,0": ROW, "7,1": ROW, "7,1,1": ROW };
    const read = await scores(table, plan([7], 1, [7, 0, 2], [7, 1, 1, 0]));
    expect(read.fed).toEqual(["7,0", "7,1,1"]);
    expect(read.scores).toEqual([near(-0.407606 - 2.407606), near(-1.407606 * 2 - 0.407606)]);
  });

  it("uses the prompt's logits for one-token choices among longer ones", async () => {
    const table = { "7": ROW, "7,0": ROW };
    const read = await scores(table, plan([7], 1, [7, 0], [7, 0, 1], [7, 2]), Float32Array.from(ROW));
    expect(read).toEqual({ scores: [near(LOGP[0]!), near(LOGP[0]! + LOGP[1]!), near(LOGP[2]!)], fed: ["7,0"] });
  });

  it("feeds the prompt again where a merged seam needs positions inside of it", async () => {
    const read = await scores({ "7": ROW, "7,0": ROW }, plan([7, 0], 1, [7, 1], [7, 0, 2]), UNUSED);
    expect(read.fed).toEqual(["7", "7,0"]);
    expect(read.scores).toEqual([near(LOGP[1]!), near(LOGP[0]! + LOGP[2]!)]);
  });

  it("does not use logits behind a special token at the prompt's end", async () => {
    const read = await scores({ "7": ROW }, plan([7, 2], 1, [7, 0], [7, 1]), UNUSED);
    expect(read).toEqual({ scores: [near(LOGP[0]!), near(LOGP[1]!)], fed: ["7"] });
  });

  it("has no score for a choice without tokens", async () => {
    const read = await scores({}, plan([7], 1, [7], [7, 1]), Float32Array.from(ROW));
    expect(read).toEqual({ scores: [null, near(LOGP[1]!)], fed: [] });
  });

  it.each([NaN, Infinity])("has no score where a row holds %d, at any position", async (value) => {
    const broken = await scores({}, plan([7], 1, [7, 0], [7, 1]), Float32Array.of(2, value, 0));
    expect(broken.scores).toEqual([null, null]);
    const later = await scores({ "7": ROW, "7,0": [0, value, 0] }, plan([7], 1, [7, 0, 1]));
    expect(later.scores).toEqual([null]);
  });

  it("gives minus infinity to a token of probability 0", async () => {
    const read = await scores({}, plan([7], 1, [7, 0], [7, 1]), Float32Array.of(0, -Infinity, -Infinity));
    expect(read.scores).toEqual([0, -Infinity]);
  });

  it("fails on a token beyond the logits", async () => {
    await expect(scores({}, plan([7], 1, [7, 3]), Float32Array.from(ROW))).rejects.toThrow(
      "Token id 3 is outside the vocabulary of 3",
    );
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
