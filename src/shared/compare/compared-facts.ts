/** What surrounds compared cells, one row a fact: machine, versions, options, files, questions. */
import type { ComparedSide as Side } from "./cross-run/comparability.ts";
import { grouped, mebibytes, orUnknown } from "../format-numbers.ts";

type ComparedSide = Pick<Side, "run" | "model" | "questionSet" | "textSet" | "cell">;

interface ComparedFact {
  readonly id: string;
  readonly group: "Machine" | "Versions" | "Options" | "What was measured";
  readonly label: string;
  /** One a cell. */
  readonly values: readonly string[];
  readonly differs: boolean;
}

const HASH_SHOWN = 12;

type Row = readonly [id: string, group: ComparedFact["group"], label: string, value: (side: ComparedSide) => string];

const ROWS: readonly Row[] = [
  ["machine", "Machine", "Machine", ({ run }) => run.environment.machineId.slice(0, HASH_SHOWN)],
  ["cpu", "Machine", "Processor", ({ run: { environment } }) => environment.cpu.model],
  [
    "cores",
    "Machine",
    "Cores",
    ({
      run: {
        environment: { cpu },
      },
    }) => orUnknown(cpu.logicalCores, `${cpu.physicalCores}, ${cpu.logicalCores} threads`),
  ],
  [
    "memory",
    "Machine",
    "Memory",
    ({
      run: {
        environment: { memoryBytes },
      },
    }) => orUnknown(memoryBytes, `${mebibytes(memoryBytes)} MiB`),
  ],
  ["gpu", "Machine", "GPU", ({ run }) => run.environment.gpus.map(({ name }) => name).join(", ") || "none"],
  ["power", "Machine", "Power", ({ run }) => run.environment.powerSource ?? "unknown"],
  [
    "os",
    "Machine",
    "System",
    ({
      run: {
        environment: { os },
      },
    }) => `${os.platform} ${os.release}, ${os.arch}`,
  ],
  ["onnxruntime", "Versions", "ONNX Runtime", ({ run }) => run.environment.runtime.onnxruntime],
  [
    "driver",
    "Versions",
    "GPU driver",
    ({ run }) => run.environment.gpus.map(({ driver }) => driver ?? "unknown").join(", ") || "none",
  ],
  [
    "app",
    "Versions",
    "Quantscope",
    ({
      run: {
        environment: { app },
      },
    }) => app.version + (app.commit === null ? "" : ` (${app.commit})`),
  ],
  [
    "node",
    "Versions",
    "Node",
    ({
      run: {
        environment: { runtime },
      },
    }) => `${runtime.node}, cells by ${runtime.launcher}`,
  ],
  ["model", "What was measured", "Model", ({ model }) => model.name],
  [
    "parameters",
    "What was measured",
    "Parameters",
    ({ model: { parameters } }) => orUnknown(parameters, grouped(parameters)),
  ],
  ["file", "What was measured", "File", ({ cell }) => cell.file.split(/[/\\]/).at(-1)!],
  ["sha256", "What was measured", "File's SHA-256", ({ cell }) => cell.sha256.slice(0, HASH_SHOWN)],
  [
    "questions",
    "What was measured",
    "Questions",
    ({ questionSet }) => (questionSet ? `${grouped(questionSet.asked)} of ${questionSet.name}` : "none"),
  ],
  [
    "questions-hash",
    "What was measured",
    "Questions' SHA-256",
    ({ questionSet }) => questionSet?.sha256.slice(0, HASH_SHOWN) ?? "none",
  ],
  ["text", "What was measured", "Running text", ({ textSet }) => textSet?.name ?? "none"],
  ["provider", "Options", "Provider", ({ cell }) => cell.provider],
  ["threads", "Options", "Threads", ({ cell }) => orUnknown(cell.threads)],
  [
    "sequence",
    "Options",
    "Tokens in a forward pass",
    ({ run }) => String(run.spec.passes.forward?.sequenceLength ?? "none"),
  ],
  ["launches", "Options", "Launches a cell", ({ run }) => String(run.spec.launches)],
  [
    "template",
    "Options",
    "Prompt template",
    ({
      run: {
        spec: { passes },
      },
    }) => templateOf(passes.benchmark ?? passes.tokens),
  ],
  [
    "temperature",
    "Options",
    "Temperature of answers",
    ({ run }) => String(run.spec.passes.benchmark?.temperature ?? "none"),
  ],
  ["seed", "Options", "Seed", ({ run }) => String(run.spec.seed)],
  ["origin", "Options", "Measured by", ({ run }) => (run.origin ? `${run.origin.tool}, imported` : "this Quantscope")],
];

function templateOf(asking: { promptTemplate: string; chatTemplate: boolean; shots: number } | undefined): string {
  if (!asking) return "none";
  const { promptTemplate, chatTemplate, shots } = asking;
  return [promptTemplate, ...(chatTemplate ? ["chat"] : []), ...(shots > 0 ? [`${shots} shots`] : [])].join(", ");
}

export function comparedFacts(sides: readonly ComparedSide[]): ComparedFact[] {
  return ROWS.map(([id, group, label, value]) => {
    const values = sides.map(value);
    return { id, group, label, values, differs: new Set(values).size > 1 };
  });
}
