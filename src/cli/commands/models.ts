import type { Command } from "commander";
import { basename, relative } from "node:path";
import { grouped, megabytes, percent } from "#shared/format-numbers.ts";
import type { TemplateFacts } from "#core/engine/text-facts.ts";
import { FileWorker } from "#core/files/file-worker.ts";
import { textFacts } from "#core/files/text-facts.ts";
import { type ModelFolder, openModelFolder, type Variant } from "#core/models/model-folder.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { type Audit, auditModel } from "#core/quantize/audit.ts";
import { readSidecar, sidecarLayer } from "#core/quantize/read-sidecar.ts";
import { sidecarPath } from "#core/quantize/sidecar.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { modelFolder } from "../model-argument.ts";
import { alignTable } from "../text.ts";
import { workerFile } from "../worker-file.ts";
import { addLibrary } from "./library.ts";
import { print, printJson } from "../print.ts";

interface AuditedVariant extends Variant {
  readonly audit: Audit;
}

export function addModels(program: Command): void {
  const models = program.command("models").description("model folders, and the library of names for them");
  addLibrary(models);
  models
    .command("show")
    .description("what a model folder's files really are, read from the graphs and not from the names")
    .argument("<model>", "model folder, or a name in the library")
    .option("--layers", "also every weight: name, shape, storage, bytes")
    .option("--json", "print JSON")
    .action(async (name: string, options: { layers?: boolean; json?: boolean }, command: Command) => {
      const model = openModelFolder(await modelFolder(name, command.optsWithGlobals<{ home?: string }>().home));
      const variants = model.variants.map((variant) => ({
        ...variant,
        audit: auditModel(readModel(variant.file), variant.signature.logits.name),
      }));
      const text = await describeText(model.dir);
      if (options.json) printJson({ ...model, ...text, variants });
      else
        print(`${folderText(model, variants, text, options.layers ?? false)}
`);
    });
}

/** In a process that can be ended: a template or a tokenizer may hang. */
async function describeText(dir: string): Promise<TemplateFacts> {
  await using files = new FileWorker(forkSpawner(workerFile()));
  return await textFacts(files, dir);
}

function folderText(
  model: ModelFolder,
  variants: readonly AuditedVariant[],
  text: TemplateFacts,
  withLayers: boolean,
): string {
  const nameOf = (file: string): string => relative(model.dir, file);
  const warnings = variants.flatMap(({ file, warnings, audit }) =>
    [...warnings, ...audit.warnings, ...(withLayers ? sidecarWarnings(file, audit) : [])].map(
      (warning) => `! ${nameOf(file)}: ${warning}`,
    ),
  );
  const layers = withLayers
    ? variants.flatMap(({ file, audit }) => ["", nameOf(file), alignTable(layerTable(file, audit))])
    : [];
  return [
    `${model.name} · ${model.architecture ?? "unknown architecture"} · ${text.hasChatTemplate ? "has a" : "no"} chat template`,
    alignTable(variantTable(model, variants)),
    ...text.warnings.map((warning) => `! ${warning}`),
    ...warnings,
    ...model.broken.map(({ error }) => `! ${error.message}`),
    ...layers,
  ].join("\n");
}

function variantTable(model: ModelFolder, variants: readonly AuditedVariant[]): Parameters<typeof alignTable>[0] {
  const text = (value: number | null): string => (value === null ? "–" : String(value));
  return {
    header: [
      "file",
      "format",
      "size",
      "bits/weight",
      "quantized",
      "embedding",
      "head",
      "block",
      "zero points",
      "level",
      "opset",
    ],
    units: ["", "", "MB", "", "of weights", "of bytes", "of bytes", "", "", "accuracy", ""],
    rows: variants.map(({ file, format, bytes, audit }) => [
      relative(model.dir, file),
      format,
      megabytes(bytes),
      audit.bitsPerWeight.toFixed(2),
      percent(audit.quantizedShare, 0),
      percent(audit.embeddingShare, 0),
      percent(audit.headShare, 0),
      text(audit.blockSize),
      audit.zeroPoints === null ? "–" : audit.zeroPoints ? "yes" : "no",
      text(audit.accuracyLevel),
      text(audit.opset),
    ]),
  };
}

/** Why a variant's table says nothing of errors. A model as it was exported has lost nothing. */
function sidecarWarnings(file: string, { format }: Audit): string[] {
  const sidecar = readSidecar(file);
  if (sidecar) return sidecar.warning === null ? [] : [sidecar.warning];
  if (format === "fp32") return [];
  return [`what its weights lost is not known: no ${basename(sidecarPath(file))}; quantscope quantize makes it anew`];
}

/** With what each weight lost, where the file says it (sidecar.ts). */
function layerTable(file: string, { layers }: Audit): Parameters<typeof alignTable>[0] {
  const measured = readSidecar(file)?.layers ?? [];
  const extra = measured.length > 0;
  const errorCells = (name: string, bits: number): string[] => {
    if (!extra) return [];
    const error = sidecarLayer(measured, name, bits)?.error;
    if (!error) return ["–", "–", "–"];
    const snr = error.exact ? "exact" : (error.snrDb?.toFixed(1) ?? "–");
    return [snr, error.maxError?.toPrecision(3) ?? "–", percent(error.clippedShare, 2)];
  };
  return {
    header: [
      ...["layer", "role", "operator", "shape", "storage", "parameters", "bytes"],
      ...(extra ? ["SNR", "max error", "clipped"] : []),
    ],
    units: [...["", "", "", "", "", "", ""], ...(extra ? ["dB", "", "of weights"] : [])],
    rows: layers.map(({ name, role, operator, shape, storage, bits, parameters, bytes }) => [
      name,
      role,
      operator,
      shape.join(" x "),
      storage,
      grouped(parameters),
      grouped(bytes),
      ...errorCells(name, bits),
    ]),
  };
}
