/** Who measured what, where and when: the words that travel with every report. */
import type { Environment, Results } from "../results.ts";
import { alongsideNote } from "../tables/alongside-note.ts";
import { grouped, orUnknown, plural } from "../format-numbers.ts";
import { askedIds, subjectsText } from "../verdict/question-notes.ts";

/** `demo · AMD Ryzen 7 7840U · onnxruntime 1.30.0 · 2026-11-21 07:00 UTC · run ...`: one line, below every picture. */
export function aboutLine({ run, model }: Pick<Results, "run" | "model">): string {
  const { cpu, runtime, gpus } = run.environment;
  const machine = [cpu.model, ...gpus.map(({ name }) => name)].join(" + ");
  const when = `${run.startedAt.slice(0, 16).replace("T", " ")} UTC`;
  return [model.name, machine, `onnxruntime ${runtime.onnxruntime}`, when, `run ${run.id}`].join(" · ");
}

/** Everything that is known of where the run was measured, name and value. */
export function environmentRows({ run, model, questionSet, textSet, cells }: Results): [name: string, value: string][] {
  const { environment: at, spec } = run;
  const beside = alongsideNote(at);
  const threads = [...new Set(cells.map((cell) => orUnknown(cell.threads)))];
  return [
    [
      "Model",
      [model.name, model.architecture, `${orUnknown(model.parameters, grouped(model.parameters))} parameters`]
        .filter(Boolean)
        .join(", "),
    ],
    ...(questionSet
      ? [
          [
            "Questions",
            [
              `${questionSet.name}, ${grouped(questionSet.asked)} of ${grouped(questionSet.count)} asked`,
              subjectsText(askedIds(cells), questionSet.subjects),
              `SHA-256 ${questionSet.sha256}`,
            ]
              .filter(Boolean)
              .join(", "),
          ] as [string, string],
        ]
      : []),
    ...(textSet ? [["Running text", `${textSet.name}, SHA-256 ${textSet.sha256}`] as [string, string]] : []),
    [
      "Processor",
      [at.cpu.model, at.cpu.logicalCores > 0 && `${at.cpu.physicalCores} cores, ${at.cpu.logicalCores} logical`]
        .filter(Boolean)
        .join(", "),
    ],
    ["Threads", threads.join(" or ")],
    ["Memory", orUnknown(at.memoryBytes, `${grouped(at.memoryBytes / 2 ** 30, 1)} GiB`)],
    ["Graphics", at.gpus.length === 0 ? "none" : at.gpus.map(gpuText).join("; ")],
    ["System", `${at.os.platform} ${at.os.release} ${at.os.arch}${powerText(at)}`],
    ["Runtime", `onnxruntime ${at.runtime.onnxruntime}, Node ${at.runtime.node}, ${at.runtime.launcher}`],
    ["Quantscope", at.app.version + (at.app.commit === null ? "" : ` (${at.app.commit})`)],
    ["Machine", at.machineId],
    ...(beside === null ? [] : [["Disturbed", beside] as [string, string]]),
    ["Began", run.startedAt],
    ["Ended", run.finishedAt ?? "not yet"],
    ["Depth", `${spec.depth}, ${plural(spec.launches, "launch")} a cell`],
    ["Seed", String(spec.seed)],
  ];
}

function gpuText({ name, driver }: Environment["gpus"][number]): string {
  return driver === null ? name : `${name} (driver ${driver})`;
}

function powerText({ powerSource }: Environment): string {
  return powerSource === null ? "" : `, on ${powerSource}`;
}
