import type { RunDetails } from "#shared/api.ts";

/** Who measured what, where and when, in one line: for pictures that travel alone. */
export function aboutRun({ run, model }: Pick<RunDetails, "run" | "model">): string {
  const { environment, startedAt } = run;
  const { app, runtime, cpu, gpus } = environment;
  const machine = [cpu.model, ...gpus.map(({ name }) => name)].join(" + ");
  const version = `Quantscope ${app.version}${app.commit === null ? "" : ` (${app.commit})`}`;
  const when = startedAt.slice(0, 16).replace("T", " ");
  return [model.name, run.name, `${when} UTC`, machine, `onnxruntime ${runtime.onnxruntime}`, version].join(", ");
}
