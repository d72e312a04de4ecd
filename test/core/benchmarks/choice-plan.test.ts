import { describe, expect, it } from "vitest";
import { type ChoicePlan, type ChoicesToPlan, planChoices } from "#core/benchmarks/choice-plan.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";

/**
 * Tokens are the longest pieces that match; every other character is a token of its own. Ids: 1 and 2 for the special
 * tokens, 10 + index for pieces, the character's code + 100 for the rest.
 */
interface Special {
  readonly before?: boolean;
  readonly after?: boolean;
  /** The special token 1 begins texts, whether the tokenizer puts it there or not. In a text it is \u0001. */
  readonly bos?: boolean;
}

function tokenizer(pieces: readonly string[], special: Special = {}): Tokenizer {
  const longest = [...pieces].sort((a, b) => b.length - a.length);
  const plain = (text: string): number[] => {
    const ids: number[] = [];
    for (let at = 0; at < text.length;) {
      const piece = longest.find((candidate) => text.startsWith(candidate, at));
      ids.push(piece ? 10 + pieces.indexOf(piece) : text[at] === "\u0001" ? 1 : 100 + text.charCodeAt(at));
      at += piece?.length ?? 1;
    }
    return ids;
  };
  const afterIds = special.after ? [2] : [];
  return {
    encode: (text) => [...(special.before ? [1] : []), ...plain(text), ...afterIds],
    encodeRendered: plain,
    decode: () => "",
    specialTokens: { before: [], after: [] },
    beforeIds: special.before ? [1] : [],
    afterIds,
    bosId: special.bos ? 1 : null,
    vocabularySize: 1000,
    tokenId: () => undefined,
  };
}

const AB = [" A", " B"];
const [colon, space, A, B] = [":", " ", "A", "B"].map((character) => 100 + character.charCodeAt(0));

const plan = (
  pieces: readonly string[],
  continuations: readonly string[],
  extra: Partial<ChoicesToPlan> = {},
  special: Special = {},
): ChoicePlan => planChoices(tokenizer(pieces, special), { prompt: "Answer:", continuations, ...extra });

describe("planChoices", () => {
  it("scores one token where the letter is one", () => {
    expect(plan(["Answer:", ...AB], AB)).toEqual({
      promptIds: [10],
      sequences: [
        [10, 11],
        [10, 12],
      ],
      scoredFrom: 1,
      sharedSeam: false,
      cutTokens: 0,
    });
  });

  it("scores two tokens where the space stands alone", () => {
    expect(plan(["Answer:"], AB)).toMatchObject({
      sequences: [
        [10, space, A],
        [10, space, B],
      ],
      scoredFrom: 1,
      sharedSeam: false,
    });
  });

  it("moves white space at the prompt's end into the choices", () => {
    const moved = plan(["Answer:", ...AB], ["A", "B"], { prompt: "Answer: " });
    expect(moved).toMatchObject({ promptIds: [10, space], scoredFrom: 1, sharedSeam: false });
    expect(moved.sequences).toEqual([
      [10, 11],
      [10, 12],
    ]);
  });

  it("scores all choices from their common prefix on where one merges with the prompt", () => {
    const merged = plan(["Answer", ": A", " B"], AB);
    expect(merged).toMatchObject({ promptIds: [10, colon], scoredFrom: 1, sharedSeam: true });
    expect(merged.sequences).toEqual([
      [10, 11],
      [10, colon, 12],
    ]);
  });

  it("leaves the shared part out where all merge alike", () => {
    expect(plan(["Answer", ": "], AB)).toMatchObject({
      sequences: [
        [10, 11, A],
        [10, 11, B],
      ],
      scoredFrom: 2,
      sharedSeam: true,
    });
  });

  it("leaves a token to a merged choice that is the beginning of another", () => {
    const { sequences, scoredFrom } = plan(["Answer", ": "], [" ", " B"]);
    expect(sequences.map((ids) => ids.length - scoredFrom)).toEqual([1, 2]);
  });

  it("leaves a choice of white space that the prompt swallows without tokens", () => {
    const { sequences, scoredFrom } = plan(["Answer:"], ["", " B"]);
    expect(sequences.map((ids) => ids.length - scoredFrom)).toEqual([0, 2]);
  });

  it("keeps the special token before a text, and scores behind it", () => {
    const kept = plan(["Answer:", ...AB], AB, {}, { before: true });
    expect(kept).toMatchObject({ promptIds: [1, 10], scoredFrom: 2 });
    expect(kept.sequences[1]).toEqual([1, 10, 12]);
  });

  it("does not score the special token behind a text", () => {
    const open = plan(["Answer:", ...AB], AB, {}, { before: true, after: true });
    expect(open).toMatchObject({ promptIds: [1, 10, 2], scoredFrom: 2, sharedSeam: false });
    expect(open.sequences).toEqual([
      [1, 10, 11],
      [1, 10, 12],
    ]);
  });

  it("adds no special tokens to a rendered chat template", () => {
    const chat = plan(["Answer:", ...AB], AB, { rendered: true }, { before: true, after: true });
    expect(chat).toMatchObject({ promptIds: [10], scoredFrom: 1 });
    expect(chat.sequences[0]).toEqual([10, 11]);
  });

  it("never scores the first token of a sequence, which nothing predicts", () => {
    expect(plan(AB, AB, { prompt: "" })).toMatchObject({ sequences: [[10], [11]], scoredFrom: 1, cutTokens: 0 });
    expect(plan(["x A", "x B"], AB, { prompt: "x" })).toMatchObject({ sequences: [[10], [11]], scoredFrom: 1 });
  });

  describe("with a limit", () => {
    const prompt = "0123456789";
    const cut = (positionLimit: number, continuations: readonly string[], newTokens = 0): ChoicePlan =>
      plan([], continuations, { prompt, positionLimit, newTokens });

    it("cuts nothing while the longest choice fits, its last token not fed", () => {
      expect(cut(12, [" A", " BC"])).toMatchObject({ cutTokens: 0, scoredFrom: 10 });
    });

    it("cuts the prompt's left, by the longest choice and for all choices alike", () => {
      const { promptIds, sequences, scoredFrom, cutTokens } = cut(8, [" A", " BCDE"]);
      expect({ cutTokens, scoredFrom, first: promptIds[0] }).toEqual({ cutTokens: 6, scoredFrom: 4, first: 100 + 54 });
      expect(sequences.map((ids) => ids.length)).toEqual([6, 9]);
      expect(sequences.every((ids) => promptIds.every((id, index) => ids[index] === id))).toBe(true);
    });

    it("keeps the token that begins a text in front, and cuts behind it", () => {
      const limit = { prompt, positionLimit: 8 };
      const { promptIds, sequences, scoredFrom, cutTokens } = plan([], [" A", " BCDE"], limit, { before: true });
      // Of 11 + 5 tokens the last is not fed: 7 too many.
      expect({ cutTokens, scoredFrom }).toEqual({ cutTokens: 7, scoredFrom: 4 });
      expect(promptIds).toEqual([1, 155, 156, 157]);
      expect(sequences.map((ids) => ids.slice(0, 4))).toEqual([promptIds, promptIds]);
      expect(sequences.map((ids) => ids.length)).toEqual([6, 9]);
    });

    it("keeps the one that a chat template wrote, and takes no other token for it", () => {
      const limit = { prompt: `\u0001${prompt}`, positionLimit: 8, rendered: true };
      expect(plan([], [" A"], limit, { bos: true }).promptIds).toEqual([1, 152, 153, 154, 155, 156, 157]);
      expect(plan([], [" A"], limit).promptIds[0]).not.toBe(1);
      expect(plan([], [" A"], { ...limit, prompt }, { bos: true }).promptIds[0]).not.toBe(1);
    });

    it("leaves the beginning even where there is room for nothing else", () => {
      const { promptIds, sequences, scoredFrom } = plan([], [" A"], { prompt, positionLimit: 1 }, { before: true });
      expect({ promptIds, scoredFrom }).toEqual({ promptIds: [1], scoredFrom: 1 });
      expect(sequences).toEqual([[1]]);
    });

    it("leaves room for an answer to be generated, half of all at most", () => {
      expect(cut(12, [" A"], 5).cutTokens).toBe(2);
      expect(cut(12, [" A"], 500).cutTokens).toBe(4);
    });

    it("leaves a choice without tokens that fits behind no prompt at all", () => {
      const { sequences, scoredFrom } = cut(3, [" A", " BCDEFGH"]);
      expect(scoredFrom).toBe(1);
      expect(sequences.map((ids) => ids.length - scoredFrom)).toEqual([2, 0]);
    });
  });
});
