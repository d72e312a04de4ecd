import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import { createRandom } from "#shared/random.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { openVariant } from "#core/models/model-folder.ts";
import { auditModel } from "#core/quantize/audit.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { FIXTURES } from "../helpers/reference.ts";
import { scratchDir } from "../helpers/lab.ts";

const MUTANTS = 500;
const SOURCES = ["llama", "gpt2", "qwen2", "opt", "phi3"].map((name) =>
  join(FIXTURES, "zoo", name, "onnx", "model.onnx"),
);

/** A copy with bytes changed, taken out, put in or cut off; most of it lies in the graph, where it hurts. */
function mutant(original: Buffer, seed: number): Buffer {
  const random = createRandom(seed);
  const bytes = Buffer.from(original);
  const place = (): number => random.nextInt(bytes.length);
  switch (seed % 5) {
    case 0:
      return bytes.subarray(0, place());
    case 1:
      for (let count = 1 + random.nextInt(8); count > 0; count--) bytes[place()] = random.nextInt(256);
      return bytes;
    case 2: {
      const at = place();
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.nextInt(64))]);
    }
    case 3: {
      const at = place();
      const inserted = Buffer.from(Array.from({ length: 1 + random.nextInt(16) }, () => random.nextInt(256)));
      return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
    }
    default: {
      // Lengths and tags live in the first bytes of each message: flip single bits near the ends of the file.
      const end = random.nextInt(2) === 0 ? random.nextInt(4096) : bytes.length - 1 - random.nextInt(4096);
      bytes[end]! ^= 1 << random.nextInt(8);
      return bytes;
    }
  }
}

/** Does what the product does with a file that a user names; the error, if there is one. */
async function use(file: string, target: string): Promise<unknown> {
  try {
    openVariant(file, {});
    auditModel(readModel(file), "logits");
    await quantizeModel({ source: file, target, recipe: { format: "int4" } });
    return null;
  } catch (error) {
    return error;
  }
}

describe(`${MUTANTS} mutated or truncated ONNX files`, () => {
  it("are read and quantized, or refused with an error of ours that names the file or tensor", async () => {
    const dir = scratchDir();
    const originals = SOURCES.map((source) => readFileSync(source));
    const foreign: string[] = [];
    let refused = 0;
    for (let seed = 0; seed < MUTANTS; seed++) {
      const file = join(dir, "model.onnx");
      writeFileSync(file, mutant(originals[seed % originals.length]!, seed));
      const error = await use(file, join(dir, "model_q4.onnx"));
      if (error === null) continue;
      refused++;
      const named =
        error instanceof LabError && (error.message.includes(file) || /tensor "|node "/.test(error.message));
      if (!named) foreign.push(`seed ${seed}: ${error instanceof Error ? error.stack : "not an error"}`);
    }
    expect(foreign).toEqual([]);
    // The mutations must bite: most files are no longer the models that they were.
    expect(refused).toBeGreaterThan(MUTANTS / 4);
  }, 300_000);
});
