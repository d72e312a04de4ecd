import type { TokenIds } from "#core/engine/decoder.ts";
import type { Logits } from "#core/engine/logits.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";
import type { QualityContext } from "#core/measure/quality-context.ts";

/** The row of logits behind a sequence. */
export type Speaker = (ids: TokenIds) => Float32Array;

export interface FakeContext extends QualityContext {
  /** What was fed, in order: `prefill 1,2`, `step 3`, `rewind 2`, `forward 1,2 3`. */
  readonly fed: string[];
}

/** One token a character; its id is the character's code. */
export const characters: Tokenizer = {
  encode: (text) => Array.from(text, (character) => character.codePointAt(0)!),
  encodeRendered: (text) => Array.from(text, (character) => character.codePointAt(0)!),
  decode: (ids) => String.fromCodePoint(...ids),
  specialTokens: { before: [], after: [] },
  beforeIds: [],
  afterIds: [],
  bosId: null,
  vocabularySize: 128,
  tokenId: () => undefined,
};

/** A model that answers by a function, and writes what it is fed down. Its stepper writes over its row, as real ones may. */
export function fakeContext(speaker: Speaker, extra: Partial<QualityContext> = {}): FakeContext {
  const fed: string[] = [];
  let held: number[] = [];
  let row: Float32Array | null = null;
  const answer = (): readonly Float32Array[] => {
    const next = speaker(held);
    row ??= new Float32Array(next.length);
    row.set(next);
    return [row];
  };
  return {
    fed,
    stepper: {
      method: "plain",
      graph: "exported",
      proof: { maxLogprobDifference: null, refused: [] },
      get length() {
        return held.length;
      },
      prefill: ([ids]) => {
        fed.push(`prefill ${ids!.join()}`);
        held = [...ids!];
        return Promise.resolve(answer());
      },
      step: ([id]) => {
        fed.push(`step ${id}`);
        held.push(id!);
        return Promise.resolve(answer());
      },
      rewind: (length) => {
        if (length > held.length || length < 1) throw new RangeError(`cannot rewind ${held.length} to ${length}`);
        fed.push(`rewind ${length}`);
        held.length = length;
      },
    },
    wholeSequences: false,
    forward: (batch) => {
      fed.push(`forward ${batch.map((ids) => ids.join()).join(" ")}`);
      const rowAt = (sequence: number, position: number): Float32Array => {
        if (position >= batch[sequence]!.length) throw new RangeError("a row of padding was read");
        return speaker(batch[sequence]!.slice(0, position + 1));
      };
      return Promise.resolve({ row: rowAt } as unknown as Logits);
    },
    tokenizer: characters,
    chatTemplate: null,
    endIds: new Set([46]),
    seed: 0,
    positionLimit: null,
    lastOnly: false,
    questionBatch: 1,
    referenceRows: null,
    afterUnit: () => undefined,
    afterQuestion: () => undefined,
    ...extra,
  };
}
