import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import { loadDecoder } from "#core/engine/session.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { writeModel } from "#core/onnx/write-model.ts";
import { openVariant } from "#core/models/model-folder.ts";
import { auditModel } from "#core/quantize/audit.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { FUZZ_TIMEOUT_MS, mutantBytes, seeds } from "../helpers/fuzz.ts";
import { FIXTURES } from "../helpers/reference.ts";
import { scratchDir } from "../helpers/lab.ts";

const MUTANTS = 500;
const SOURCES = ["llama", "gpt2", "qwen2", "opt", "phi3"].map((name) =>
  join(FIXTURES, "zoo", name, "onnx", "model.onnx"),
);

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

describe("a model whose nodes have names that no profile can hold", () => {
  it.each(["\u001b[2J", "\n", '"', "\\", "\0", "\u202e"])(
    "such as %j loads, and tells where its nodes run",
    async (part) => {
      const source = SOURCES[0]!;
      const target = join(scratchDir(), "model.onnx");
      const { proto } = readModel(source);
      for (const node of proto.graph!.node) node.name = `a${part}b${node.name}`;
      await writeModel({ proto, sourcePath: source, target });
      const { signature } = openVariant(target, {});
      const loaded = await loadDecoder({ file: target, signature, provider: "cpu", threads: 1 });
      const placement = await loaded.placement();
      await loaded.release();
      expect(Object.keys(placement)).toEqual(["CPUExecutionProvider"]);
      expect(placement.CPUExecutionProvider).toBeGreaterThan(100);
    },
  );
});

describe(`${MUTANTS} mutated or truncated ONNX files`, () => {
  it(
    "are read and quantized, or refused with an error of ours that names the file or tensor",
    async () => {
      const dir = scratchDir();
      const originals = SOURCES.map((source) => readFileSync(source));
      const foreign: string[] = [];
      let refused = 0;
      for (const seed of seeds(MUTANTS)) {
        const file = join(dir, "model.onnx");
        writeFileSync(file, mutantBytes(originals[seed % originals.length]!, seed));
        const error = await use(file, join(dir, "model_q4.onnx"));
        if (error === null) continue;
        refused++;
        const named =
          error instanceof LabError && (error.message.includes(file) || /tensor "|node "/.test(error.message));
        if (!named) foreign.push(`seed ${seed}: ${error instanceof Error ? error.stack : "not an error"}`);
      }
      expect(foreign).toEqual([]);
      // The mutations must bite: most files are no longer the models that they were.
      expect(refused).toBeGreaterThan(seeds(MUTANTS).length / 4);
    },
    FUZZ_TIMEOUT_MS * 5,
  );
});
