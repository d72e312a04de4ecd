import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TextJob } from "#core/runs/protocol.ts";
import { demoResources } from "#core/app/files/resources.ts";
import { planTexts } from "#core/runs/plan-texts.ts";
import { parseSpec } from "#shared/spec.ts";
import { measureAll, qualityContext } from "../../helpers/quality.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { fakeContext, type Speaker } from "./fake-context.ts";

const TEXT = "The cat sat on the mat. ".repeat(40);
const job = (extra: Partial<TextJob> = {}): TextJob => ({
  text: TEXT,
  chunks: 2,
  chunkTokens: 64,
  positionsPerChunk: 4,
  ...extra,
});

/** Knows that a small letter comes next. */
const letters: Speaker = () => new Float32Array(128).fill(0, 97, 123).fill(-Infinity, 0, 97).fill(-Infinity, 123);
const even: Speaker = () => new Float32Array(128);

describe("measureTexts", () => {
  it("scores the second half of each chunk: 31 of 64 tokens", async () => {
    const context = fakeContext(even);
    const chunks = await measureAll(job(), context);
    expect(chunks.map(({ chunk }) => chunk)).toEqual([0, 1]);
    expect(context.fed).toHaveLength(2);
    for (const { negativeLogLikelihood, scoredBytes } of chunks) {
      expect(negativeLogLikelihood).toHaveLength(31);
      expect(negativeLogLikelihood.every((nll) => Math.abs(nll! - Math.log(128)) < 1e-6)).toBe(true);
      expect(scoredBytes).toBe(31);
    }
  });

  it("scores each token by the row in front of it", async () => {
    const [chunk] = await measureAll(job(), fakeContext(letters));
    const scored = Array.from(TEXT.slice(33, 64));
    const expected = scored.map((letter) => (/[a-z]/.test(letter) ? Math.log(26) : Infinity));
    expect(chunk!.negativeLogLikelihood).toHaveLength(expected.length);
    for (const [index, nll] of chunk!.negativeLogLikelihood.entries()) expect(nll).toBeCloseTo(expected[index]!, 5);
  });

  it("compares evenly spread positions, and all where there are fewer", async () => {
    const [chunk] = await measureAll(job(), fakeContext(even));
    expect(chunk!.positions.map(({ position }) => position)).toEqual([35, 43, 51, 59]);
    const [all] = await measureAll(job({ chunkTokens: 16, positionsPerChunk: 100 }), fakeContext(even));
    expect(all!.positions.map(({ position }) => position)).toEqual([8, 9, 10, 11, 12, 13, 14]);
  });

  it("counts bytes of UTF-8, not tokens", async () => {
    const [chunk] = await measureAll(job({ text: "\u00e9".repeat(64), chunks: 1 }), {
      ...fakeContext(() => new Float32Array(256)),
    });
    expect(chunk!.scoredBytes).toBe(62);
  });

  it("keeps chunks within what the model takes", async () => {
    const [chunk] = await measureAll(job(), fakeContext(even, { positionLimit: 32 }));
    expect(chunk!.negativeLogLikelihood).toHaveLength(15);
  });

  it("gives fewer chunks of a short text, and refuses one without any", async () => {
    expect(await measureAll(job({ text: TEXT.slice(0, 100), chunks: 9 }), fakeContext(even))).toHaveLength(1);
    await expect(measureAll(job({ text: "short" }), fakeContext(even))).rejects.toMatchObject({
      code: "QUESTIONS_INVALID",
    });
  });

  it("has no likelihood where a row is broken, and goes on", async () => {
    const broken: Speaker = (ids) => new Float32Array(128).fill(ids.length === 40 ? NaN : 0);
    const [chunk] = await measureAll(job({ positionsPerChunk: 31 }), fakeContext(broken));
    expect(chunk!.negativeLogLikelihood.flatMap((nll, index) => (nll === null ? [index] : []))).toEqual([7]);
    expect(chunk!.positions[7]).toMatchObject({ position: 39, topIds: [], logSumExp: null });
  });

  it("compares each position with the reference's own", async () => {
    const dir = join(temporaryFolder(), "reference");
    const speaker =
      (shift: number): Speaker =>
      (ids) =>
        Float32Array.from(
          { length: 128 },
          (_, id) => ((id * 7 + ids.length * 13 + ids.at(-1)!) % 32) / 8 + (id % 2) * shift,
        );
    const measure = (role: "write" | "read", shift: number): ReturnType<typeof measureAll> =>
      measureAll(job(), fakeContext(speaker(shift), { referenceRows: { role, dir } }));
    const reference = await measure("write", 0);
    expect(reference[0]!.positions[0]).toMatchObject({ referenceLogprobs: null, klDivergence: null });
    const same = await measure("read", 0);
    expect(same.map(({ positions }) => positions.length)).toEqual(reference.map(({ positions }) => positions.length));
    for (const [chunk, { positions }] of same.entries()) {
      for (const [index, { referenceLogprobs, klDivergence }] of positions.entries()) {
        expect(referenceLogprobs).toEqual(reference[chunk]!.positions[index]!.topLogprobs);
        expect(klDivergence).toBe(0);
      }
    }
    const other = await measure("read", 0.5);
    expect(other).toHaveLength(reference.length);
    expect(other.flatMap(({ positions }) => positions).every(({ klDivergence }) => klDivergence! > 0.01)).toBe(true);
  });

  it("finds the demo model at home in the bundled text", async () => {
    const { model, text } = demoResources();
    const tokens = { texts: text, chunks: 3, positionsPerChunk: 2 };
    const spec = parseSpec({ schemaVersion: 1, name: "n", model, cells: [{ format: "fp32" }], passes: { tokens } });
    const chunks = await measureAll(planTexts(spec)!.job, await qualityContext(model));
    const all = chunks.flatMap(({ negativeLogLikelihood }) => negativeLogLikelihood) as number[];
    expect(all).toHaveLength(3 * 255);
    const perplexity = Math.exp(all.reduce((sum, nll) => sum + nll, 0) / all.length);
    expect(perplexity).toBeGreaterThan(1.5);
    expect(perplexity).toBeLessThan(15);
    for (const { scoredBytes } of chunks) expect(scoredBytes).toBeGreaterThan(255);
  });
});
