/** The machine and the run as pairs of words, for a person who asks where the numbers come from. */
import type { RunDetails } from "#shared/api.ts";
import { alongsideNote } from "#shared/tables/alongside-note.ts";
import { grouped, mebibytes, orUnknown } from "#shared/format-numbers.ts";
import { subjectsText } from "#shared/verdict/question-notes.ts";
import type { Environment } from "#shared/results.ts";
import { formatDuration, formatExactly } from "../../format/time.ts";

interface Pair {
  readonly key: string;
  readonly value: string | null;
  readonly code?: boolean;
}

export function environmentPairs(environment: Environment): Pair[] {
  const { app, runtime, os, cpu, memoryBytes, gpus, powerSource, machineId } = environment;
  const beside = alongsideNote(environment);
  return [
    {
      key: "Processor",
      value: [cpu.model, cpu.logicalCores > 0 && `${cpu.physicalCores} cores, ${cpu.logicalCores} threads`]
        .filter(Boolean)
        .join(", "),
    },
    { key: "Memory", value: orUnknown(memoryBytes, `${mebibytes(memoryBytes)} MiB`) },
    ...(gpus.length === 0 ? [{ key: "GPU", value: "none" }] : []),
    ...gpus.map(({ name, driver, memoryBytes: own }, index) => ({
      key: gpus.length > 1 ? `GPU ${index + 1}` : "GPU",
      value: [name, driver === null ? null : `driver ${driver}`, own === null ? null : `${mebibytes(own)} MiB`]
        .filter((part) => part !== null)
        .join(", "),
    })),
    { key: "Power", value: powerSource },
    { key: "System", value: `${os.platform} ${os.release}, ${os.arch}` },
    { key: "ONNX Runtime", value: runtime.onnxruntime },
    { key: "Node", value: `${runtime.node}, cells by ${runtime.launcher}` },
    { key: "Quantscope", value: app.commit === null ? app.version : `${app.version} (${app.commit})` },
    { key: "Machine", value: machineId, code: true },
    ...(beside === null ? [] : [{ key: "Disturbed", value: beside }]),
  ];
}

export function runPairs({ run, model, questionSet }: RunDetails): Pair[] {
  const { startedAt, finishedAt, spec } = run;
  const special = questionSet?.specialTokens;
  return [
    { key: "Run", value: run.id, code: true },
    { key: "Started", value: formatExactly(startedAt) },
    {
      key: "Took",
      value: finishedAt === null ? null : formatDuration(Date.parse(finishedAt) - Date.parse(startedAt)),
    },
    { key: "Model", value: `${model.name}, ${model.architecture ?? "unknown architecture"}` },
    { key: "Folder", value: model.folder, code: true },
    { key: "Parameters", value: orUnknown(model.parameters, grouped(model.parameters)) },
    {
      key: "Questions",
      value:
        questionSet === null
          ? null
          : `${questionSet.name}, ${grouped(questionSet.asked)} of ${grouped(questionSet.count)}`,
    },
    ...(questionSet
      ? [
          { key: "Subjects of the set", value: subjectsText(Object.keys(questionSet.subjects), questionSet.subjects) },
          { key: "Questions' SHA-256", value: questionSet.sha256, code: true },
          {
            key: "Special tokens",
            value: special && [...special.before, "…", ...special.after].join(" "),
          } as Pair,
        ]
      : []),
    { key: "Launches", value: `${spec.launches} a cell` },
    { key: "Seed", value: String(spec.seed) },
  ];
}
