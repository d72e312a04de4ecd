/** What the built command line says of the errors of quantized weights. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyModel, scratchDir } from "../helpers/lab.ts";

const CLI = join(import.meta.dirname, "..", "..", "out", "main", "cli.js");

interface Layer {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly error: { readonly snrDb: number | null; readonly maxError: number; readonly exact: boolean } | null;
}

/** Standard output of a command that succeeds. */
function quantscope(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: scratchDir(),
    encoding: "utf8",
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout;
}

const sidecar = (model: string, suffix: string): string => join(model, "onnx", `model${suffix}.quantization.json`);

function layersOf(file: string): readonly Layer[] {
  return (JSON.parse(readFileSync(file, "utf8")) as { layers: Layer[] }).layers;
}

describe("quantscope quantize", () => {
  it("names the layer that lost most, as the file beside the model has it", () => {
    const model = copyModel("llama");
    const stdout = quantscope("quantize", model, "--to", "int4");
    const [, snr, layer] = /lowest signal-to-noise ratio (\d+\.\d) dB: (\S+)$/m.exec(stdout)!;
    const ranked = layersOf(sidecar(model, "_q4")).toSorted((a, b) => a.error!.snrDb! - b.error!.snrDb!);
    expect(ranked[0]!.nodes).toContain(layer);
    expect(ranked[0]!.error!.snrDb!.toFixed(1)).toBe(snr);
    expect(stdout).not.toContain("!");
  });

  it("gives every tensor's error with --json, those of the smallest included", () => {
    const model = copyModel("llama");
    const [result] = JSON.parse(quantscope("quantize", model, "--to", "fp16", "--json")) as [
      { quantizedTensors: Layer[]; warnings: string[] },
    ];
    expect(result.warnings).toEqual([]);
    const { quantizedTensors } = result;
    expect(quantizedTensors.length).toBeGreaterThan(20);
    expect(quantizedTensors.filter(({ error }) => error === null)).toEqual([]);
    expect(quantizedTensors.some(({ error }) => error!.exact)).toBe(true);
    expect(layersOf(sidecar(model, "_fp16"))).toEqual(
      quantizedTensors.map((tensor) => expect.objectContaining(tensor) as Layer),
    );
  });
});

describe("quantscope models show --layers", () => {
  it("shows what each weight lost", () => {
    const model = copyModel("llama");
    quantscope("quantize", model, "--to", "int4");
    const shown = quantscope("models", "show", model, "--layers");
    const [first] = layersOf(sidecar(model, "_q4"));
    const table = shown.slice(shown.lastIndexOf("onnx/model_q4.onnx\n"));
    expect(table.split("\n")[1]).toMatch(/layer +role .* SNR +max error +clipped$/);
    const line = table.split("\n").find((text) => text.startsWith(first!.nodes[0]!))!;
    expect(line).toContain(` ${first!.error!.snrDb!.toFixed(1)} `);
    expect(line).toContain(` ${first!.error!.maxError.toPrecision(3)} `);
    expect(shown).not.toContain("is not known");
  });

  it("says so where nothing is known: made by another tool, or before errors were kept", () => {
    const model = copyModel("llama");
    quantscope("quantize", model, "--to", "int4");
    rmSync(sidecar(model, "_q4"));
    const shown = quantscope("models", "show", model, "--layers");
    expect(shown).toMatch(
      /! onnx\/model_q4\.onnx: what its weights lost is not known: no model_q4\.quantization\.json/,
    );
    // The source has lost nothing.
    expect(shown.match(/is not known/g)).toHaveLength(1);
    expect(shown).not.toContain("SNR");
    expect(quantscope("models", "show", model)).not.toContain("is not known");
  });

  it("says so where the file is damaged", () => {
    const model = copyModel("llama");
    quantscope("quantize", model, "--to", "int4");
    writeFileSync(sidecar(model, "_q4"), "{");
    const shown = quantscope("models", "show", model, "--layers");
    expect(shown).toContain("model_q4.quantization.json is damaged and was ignored");
  });
});
