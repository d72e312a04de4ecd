import { describe, expect, it } from "vitest";
import { planChoices } from "#core/benchmarks/choice-plan.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";

/**
 * Tokens are the longest pieces that match; every other character is a token of its own. Ids: 1 and 2 for the special
 * tokens, 10 + index for pieces, the character's code + 100 for the rest.
 */
function tokenizer(pieces: readonly string[], special: { before?: boolean; after?: boolean } = {}): Tokenizer {
  const longest = [...pieces].sort((a, b) => b.length - a.length);
  const plain = (text: string): number[] => {
    const ids: number[] = [];
    for (let at = 0; at < text.length;) {
      const piece = longest.find((candidate) => text.startsWith(candidate, at));
      ids.push(piece ? 10 + pieces.indexOf(piece) : 100 + text.charCodeAt(at));
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
    afterIds,
    vocabularySize: 1000,
    tokenId: () => undefined,
  };
}

const AB = [" A", " B"];
const [colon, space, A, B] = [":", " ", "A", "B"].map((character) => 100 + character.charCodeAt(0));

describe("planChoices", () => {
  it("scores one token where the letter is one", () => {
    expect(planChoices(tokenizer(["Answer:", ...AB]), "Answer:", AB)).toEqual({
      promptIds: [10],
      sequences: [
        { ids: [10, 11], scoredFrom: 1 },
        { ids: [10, 12], scoredFrom: 1 },
      ],
      seamMerged: false,
    });
  });

  it("scores two tokens where the space stands alone", () => {
    const { sequences, seamMerged } = planChoices(tokenizer(["Answer:"]), "Answer:", AB);
    expect(sequences).toEqual([
      { ids: [10, space, A], scoredFrom: 1 },
      { ids: [10, space, B], scoredFrom: 1 },
    ]);
    expect(seamMerged).toBe(false);
  });

  it("scores all choices from their common prefix on where one merges with the prompt", () => {
    const { promptIds, sequences, seamMerged } = planChoices(tokenizer(["Answer", ": A", " B"]), "Answer:", AB);
    expect(promptIds).toEqual([10, colon]);
    expect(sequences).toEqual([
      { ids: [10, 11], scoredFrom: 1 },
      { ids: [10, colon, 12], scoredFrom: 1 },
    ]);
    expect(seamMerged).toBe(true);
  });

  it("leaves the shared part out where all merge alike", () => {
    const { sequences, seamMerged } = planChoices(tokenizer(["Answer", ": "]), "Answer:", AB);
    expect(sequences).toEqual([
      { ids: [10, 11, A], scoredFrom: 2 },
      { ids: [10, 11, B], scoredFrom: 2 },
    ]);
    expect(seamMerged).toBe(true);
  });

  it("keeps the special token before a text, and scores behind it", () => {
    const plan = planChoices(tokenizer(["Answer:", ...AB], { before: true }), "Answer:", AB);
    expect(plan.promptIds).toEqual([1, 10]);
    expect(plan.sequences[1]).toEqual({ ids: [1, 10, 12], scoredFrom: 2 });
  });

  it("does not score the special token behind a text", () => {
    const plan = planChoices(tokenizer(["Answer:", ...AB], { before: true, after: true }), "Answer:", AB);
    expect(plan.sequences).toEqual([
      { ids: [1, 10, 11], scoredFrom: 2 },
      { ids: [1, 10, 12], scoredFrom: 2 },
    ]);
    expect(plan.seamMerged).toBe(false);
  });

  it("adds no special tokens to a rendered chat template", () => {
    const plan = planChoices(tokenizer(["Answer:", ...AB], { before: true, after: true }), "Answer:", AB, true);
    expect(plan.promptIds).toEqual([10]);
    expect(plan.sequences[0]).toEqual({ ids: [10, 11], scoredFrom: 1 });
  });

  it("never scores the first token of a sequence, which nothing predicts", () => {
    expect(planChoices(tokenizer(AB), "", AB).sequences).toEqual([
      { ids: [10], scoredFrom: 1 },
      { ids: [11], scoredFrom: 1 },
    ]);
    expect(planChoices(tokenizer(["x A", "x B"]), "x", AB).sequences[0]).toEqual({ ids: [10], scoredFrom: 1 });
  });

  it("leaves a choice without tokens where one is the beginning of another", () => {
    const { sequences } = planChoices(tokenizer(["Answer", ": "]), "Answer:", [" ", " B"]);
    expect(sequences.map(({ ids, scoredFrom }) => ids.length - scoredFrom)).toEqual([0, 1]);
  });
});
