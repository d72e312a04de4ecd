import { describe, expect, it } from "vitest";
import { predictPeak, type RoomQuestion, skipReason } from "#core/measure/forward-memory-check.ts";

const MEBIBYTE = 2 ** 20;
const question = (extra: Partial<RoomQuestion> = {}): RoomQuestion => ({
  batchSize: 8,
  sequenceLength: 128,
  vocabularySize: 1000,
  measured: [],
  heldBytes: 0,
  availableBytes: 1000 * MEBIBYTE,
  limitBytes: Infinity,
  ...extra,
});

describe("skipReason", () => {
  it("has nothing against a batch size that fits", () => {
    expect(skipReason(question())).toBeNull();
  });

  it("refuses more logits than a tensor can count, however much memory there is", () => {
    const huge = question({ batchSize: 64, sequenceLength: 512, vocabularySize: 2 ** 17, availableBytes: 2 ** 50 });
    expect(skipReason(huge)).toBe("not run: its logits have 4,294,967,296 values, more than one tensor can hold here");
  });

  it("keeps logits and their copy to 80 % of what is available", () => {
    // 8 x 128 x 131,072 values of 4 bytes, twice: 1024 MiB.
    const large = question({ vocabularySize: 2 ** 17 });
    expect(skipReason({ ...large, availableBytes: 1281 * MEBIBYTE })).toBeNull();
    expect(skipReason({ ...large, availableBytes: 1270 * MEBIBYTE })).toBe(
      "not run: its logits need 1,024 MiB, 1,016 MiB may be used",
    );
  });

  it("keeps logits to the spec's limit", () => {
    expect(skipReason(question({ limitBytes: MEBIBYTE }))).toBe(
      "not run: its logits need 7.81 MiB, 1.00 MiB may be used",
    );
  });

  it("predicts from the two largest sizes before it: a fixed part and a slope", () => {
    // 100 + 50 a sequence, by the last two; the first lies off that line.
    const measured = [
      { size: 1, peakBytes: 400 * MEBIBYTE },
      { size: 2, peakBytes: 200 * MEBIBYTE },
      { size: 4, peakBytes: 300 * MEBIBYTE },
    ];
    const next = question({ measured, heldBytes: 100 * MEBIBYTE });
    // 500 MiB wanted, 100 held: the other 400 are 80 % of 500.
    expect(skipReason({ ...next, availableBytes: 501 * MEBIBYTE })).toBeNull();
    expect(skipReason({ ...next, availableBytes: 490 * MEBIBYTE })).toBe(
      "not run: it would need about 500 MiB, going by batch sizes 2 and 4; 492 MiB may be used",
    );
    expect(skipReason({ ...next, limitBytes: 499 * MEBIBYTE })).toContain("499 MiB may be used");
  });

  it("predicts nothing from one size, and never less than the largest measured", () => {
    const measured = [{ size: 4, peakBytes: 900 * MEBIBYTE }];
    expect(skipReason(question({ measured, availableBytes: 100 * MEBIBYTE }))).toBeNull();
    const falling = [{ size: 1, peakBytes: 950 * MEBIBYTE }, ...measured];
    expect(skipReason(question({ measured: falling, limitBytes: 890 * MEBIBYTE }))).toContain("about 900 MiB");
  });
});

describe("predictPeak", () => {
  it("goes by the two largest sizes below, in whatever order they were measured", () => {
    const measured = [
      { size: 640, peakBytes: 1140 },
      { size: 4000, peakBytes: 9 },
      { size: 128, peakBytes: 628 },
      { size: 1, peakBytes: 0 },
    ];
    expect(predictPeak(2128, measured)).toEqual({ bytes: 2628, by: [128, 640] });
  });

  it("says nothing from one size measured twice", () => {
    const twice = [
      { size: 4, peakBytes: 10 },
      { size: 4, peakBytes: 20 },
    ];
    expect(predictPeak(8, twice)).toBeNull();
    expect(predictPeak(4, twice)).toBeNull();
  });
});
