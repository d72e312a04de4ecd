import { describe, expect, it } from "vitest";
import { cacheBytesPerToken, type DecodeRoomQuestion, tooDeep } from "#core/measure/decode-room.ts";
import type { CacheEntry, DecoderSignature } from "#core/models/decoder-signature.ts";

const MEBIBYTE = 2 ** 20;
const entry = (extra: Partial<CacheEntry> = {}): CacheEntry => ({
  past: { name: "past", type: "float32", dims: ["batch", 2, "past", 64] },
  present: "present",
  sequenceAxis: 2,
  batchAxis: 0,
  rowsPerSequence: 1,
  ...extra,
});
const signature = (cache: CacheEntry[], logitsToKeep: unknown = null): DecoderSignature =>
  ({ cache, logitsToKeep, vocabularySize: null }) as unknown as DecoderSignature;

const question = (extra: Partial<DecodeRoomQuestion> = {}): DecodeRoomQuestion => ({
  signature: signature([entry(), entry()]),
  way: "user",
  batchSize: 1,
  promptTokens: 1000,
  newTokens: 24,
  vocabularySize: 1024,
  positionLimit: null,
  measured: [],
  heldBytes: 0,
  availableBytes: 1000 * MEBIBYTE,
  limitBytes: Infinity,
  ...extra,
});

describe("tooDeep", () => {
  it("has nothing against what fits", () => {
    expect(tooDeep(question())).toBeNull();
  });

  it("keeps to the positions of the model, the last new token included", () => {
    expect(tooDeep(question({ positionLimit: 1024 }))).toBeNull();
    expect(tooDeep(question({ positionLimit: 1023 }))).toBe(
      "not run: 1000 tokens and 24 new ones are more than the 1023 positions of the model",
    );
  });

  it("feeds one sequence only where an export fixed the batch", () => {
    const fixed: DecoderSignature = { ...signature([entry({ batchAxis: null })]), batch: 1 };
    expect(tooDeep(question({ signature: fixed }))).toBeNull();
    expect(tooDeep(question({ signature: fixed, batchSize: 2 }))).toBe(
      "not run: the model was exported for one sequence at a time",
    );
  });

  it("counts the logits of the whole prompt for the user, of the last token for the engine", () => {
    // 2^17 x 1000 values of 4 bytes, twice: 1000 MiB; the cache adds 3.
    const large = question({ vocabularySize: 2 ** 17, availableBytes: 1000 * MEBIBYTE });
    expect(tooDeep(large)).toBe("not run: it would need about 1,003 MiB, 800 MiB may be used");
    expect(tooDeep({ ...large, way: "compute" })).toBeNull();
    const keeping = signature([entry()], { name: "num_logits_to_keep" });
    expect(tooDeep({ ...large, signature: keeping })).toBeNull();
  });

  it("counts the cache of every sequence, three times where it is copied", () => {
    // 1024 tokens x 1024 bytes x 64 sequences: 64 MiB; logits of one token 0.5 MiB.
    const cached = question({ batchSize: 64, way: "compute", vocabularySize: 1024 });
    expect(tooDeep({ ...cached, limitBytes: 65 * MEBIBYTE })).toBeNull();
    expect(tooDeep({ ...cached, limitBytes: 64 * MEBIBYTE })).toContain("about 64.5 MiB");
    const user = question({ batchSize: 64, signature: signature([entry(), entry()], {}), limitBytes: 192 * MEBIBYTE });
    expect(tooDeep(user)).toContain("about 193 MiB");
  });

  it("keeps what the process holds within the limit too", () => {
    const held = question({ heldBytes: 90 * MEBIBYTE, limitBytes: 100 * MEBIBYTE });
    expect(tooDeep(held)).toContain("100 MiB may be used");
    expect(tooDeep({ ...held, limitBytes: 110 * MEBIBYTE })).toBeNull();
  });

  it("goes by shallower depths for what is computed in between", () => {
    const measured = [
      { size: 24, peakBytes: 100 * MEBIBYTE },
      { size: 524, peakBytes: 600 * MEBIBYTE },
    ];
    expect(tooDeep(question({ measured, availableBytes: 1400 * MEBIBYTE }))).toBeNull();
    expect(tooDeep(question({ measured, availableBytes: 1300 * MEBIBYTE }))).toBe(
      "not run: it would need about 1,100 MiB, 1,040 MiB may be used",
    );
  });

  it("refuses more logits than a tensor can count", () => {
    expect(tooDeep(question({ batchSize: 32, vocabularySize: 2 ** 17, availableBytes: 2 ** 50 }))).toContain(
      "more than one tensor can hold here",
    );
  });
});

describe("cacheBytesPerToken", () => {
  it("is the product of the fixed axes in the cache's own type", () => {
    const half = entry({ past: { name: "past", type: "float16", dims: ["batch", 2, "past", 64] } });
    expect(cacheBytesPerToken(signature([entry(), half]))).toBe(2 * 64 * 4 + 2 * 64 * 2);
  });

  it("counts heads that are folded into the batch, and no state of fixed size", () => {
    const folded = entry({
      past: { name: "past", type: "float32", dims: ["batch*4", 64, "past"] },
      rowsPerSequence: 4,
    });
    const state = entry({ sequenceAxis: null });
    expect(cacheBytesPerToken(signature([{ ...folded, sequenceAxis: 2 }, state]))).toBe(4 * 64 * 4);
  });
});
