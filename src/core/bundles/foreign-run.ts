/** Another tool's numbers as a run: marked with their origin, what it does not tell left empty and not guessed. */
import { createHash } from "node:crypto";
import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { chanceLevel } from "#shared/metrics/accuracy.ts";
import { joinDecode, joinForward } from "#shared/compare/join-launches.ts";
import type { LlamaBenchCell, LlamaBenchFile } from "#shared/exports/llama-bench-read.ts";
import type { LmEvalTask } from "#shared/exports/lm-eval-read.ts";
import { leftOutNotes } from "#shared/left-out.ts";
import type { CellResult, Environment, Origin } from "#shared/results.ts";
import { BENCHMARK_MODES, parseSpec, type SpecInput } from "#shared/spec.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";

/** What a file cannot tell and whoever imports it says. */
export interface ForeignCell {
  readonly format: FormatId;
  readonly provider: ProviderId;
}

interface LmEvalRun {
  readonly fileName: string;
  readonly model: string;
  readonly cell: ForeignCell;
  readonly tasks: readonly LmEvalTask[];
  readonly startedAt: string;
  readonly seconds: number | null;
  readonly shots: number;
  readonly sampling: { readonly temperature: number; readonly topP: number };
  /** Of everything that was read. */
  readonly sha256: string;
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
}

export function lmEvalRun(run: LmEvalRun): WholeRun {
  const { fileName, model, cell, tasks, startedAt, seconds, shots, sha256, leftOut } = run;
  const questions = tasks.flatMap((task) => [...task.questions]);
  const modes = BENCHMARK_MODES.filter((mode) => tasks.some((task) => task.mode === mode));
  const name = tasks.length === 1 ? tasks[0]!.name : `${tasks.length} tasks`;
  const benchmark = modes.map((mode) => ({
    mode,
    answers: tasks.filter((task) => task.mode === mode).flatMap(({ answers }) => [...answers]),
    accuracy: null,
    normalizedAccuracy: null,
    wordsPerMinute: null,
  }));
  const set = {
    name,
    sha256: hashOf(questions.map(({ question, choices, answer }) => [question, choices, answer])),
    questions,
    asked: questions.length,
    chanceLevel: chanceLevel(questions.map(({ choices }) => choices.length)) ?? 0,
    specialTokens: null,
  };
  return wholeRun(
    {
      tool: "lm-eval",
      fileName,
      sha256,
      name: `lm-eval: ${model}, ${name}`,
      model,
      parameters: 0,
      startedAt,
      seconds,
      environment: foreignEnvironment("lm-eval", "unknown", []),
      notes: [
        ...leftOutNotes([...leftOut, ...tasks.flatMap((task) => task.leftOut)]),
        ...tasks.flatMap((task) => task.notes),
        ...run.notes,
        "asked in lm-evaluation-harness's own prompts; its machine and times are not known",
      ],
      passes: { benchmark: { questions: name, modes, shots, ...run.sampling } },
    },
    [emptyCell(cell, { benchmark })],
    [set],
  );
}

/** @param cells those of `file` with what each is */
export function llamaBenchRun(
  file: LlamaBenchFile,
  cells: readonly (LlamaBenchCell & ForeignCell)[],
  fileName: string,
  sha256: string,
): WholeRun {
  const lengths = [...new Set(cells.flatMap(({ forward }) => forward.map(({ sequenceLength }) => sequenceLength)))];
  const depths = [...new Set(cells.flatMap(({ decode }) => decode.map(({ depth }) => depth)))];
  const used = new Map<string, number>();
  const results = cells.map((cell) => {
    const label = `${cell.format}@${cell.provider}`;
    const count = (used.get(label) ?? 0) + 1;
    used.set(label, count);
    return emptyCell(cell, {
      label: count === 1 ? label : `${label}#${count}`,
      file: cell.model,
      bytes: cell.bytes,
      threads: cell.threads,
      forward: joinForward(cell.forward),
      decode: joinDecode(cell.decode),
    });
  });
  const gpus =
    file.gpu === "" ? [] : file.gpu.split(/\s*,\s*/).map((name) => ({ name, driver: null, memoryBytes: null }));
  return wholeRun(
    {
      tool: "llama-bench",
      fileName,
      sha256,
      name: `llama-bench: ${cells[0]!.modelType}`,
      model: cells[0]!.model.split(/[\\/]/).at(-1)!,
      parameters: cells[0]!.parameters,
      startedAt: file.startedAt,
      seconds: null,
      environment: foreignEnvironment(file.build, file.cpu, gpus),
      notes: [
        ...leftOutNotes(file.leftOut),
        ...toldApart(results, cells),
        "measured by llama.cpp on a GGUF file: its formats are only near to those here, its times are not ONNX Runtime's",
        ...(file.meansOnly ? ["each time is a mean: llama-bench's CSV has no samples (its JSON has)"] : []),
      ],
      passes: {
        ...(lengths.length > 0 && { forward: { batchSizes: [1], sequenceLength: lengths[0]! } }),
        ...(depths.length > 0 && { decode: { depths, batchSizes: [1] } }),
      },
    },
    results,
    [],
  );
}

/** What tells cells of one label apart. */
function toldApart(results: readonly CellResult[], cells: readonly LlamaBenchCell[]): string[] {
  const labels = Map.groupBy(results.entries(), ([, { format, provider }]) => `${format}@${provider}`);
  return [...labels.values()]
    .filter((same) => same.length > 1)
    .flatMap((same) => same.map(([index, { label }]) => `${label}: ${cells[index]!.settings}`));
}

interface ForeignFacts {
  readonly tool: Origin["tool"];
  readonly fileName: string;
  readonly sha256: string;
  readonly name: string;
  readonly model: string;
  readonly parameters: number;
  readonly startedAt: string;
  readonly seconds: number | null;
  readonly environment: Environment;
  readonly notes: string[];
  readonly passes: SpecInput["passes"];
}

function wholeRun(facts: ForeignFacts, cells: CellResult[], questionSets: WholeRun["questionSets"]): WholeRun {
  const { tool, fileName, sha256, name, model, parameters, startedAt, seconds, environment, notes, passes } = facts;
  // The same file gives the same id: importing it again finds it.
  const id = `${tool}-${sha256.slice(0, 12)}`;
  const specCells = cells.map(({ format, provider }) => ({ format, provider }));
  const [set] = questionSets;
  return {
    stored: {
      run: {
        id,
        name,
        startedAt,
        finishedAt: seconds === null ? startedAt : new Date(Date.parse(startedAt) + 1000 * seconds).toISOString(),
        status: "done",
        spec: parseSpec({ schemaVersion: 1, name, model, cells: specCells, launches: 1, passes }, fileName),
        environment,
        origin: { tool, file: fileName, importedAt: new Date().toISOString(), notes, shards: null },
      },
      model: { name: model, folder: "", architecture: null, parameters },
      questionSet: set
        ? {
            name: set.name,
            sha256: set.sha256,
            count: set.questions.length,
            asked: set.asked,
            chanceLevel: set.chanceLevel,
            specialTokens: { before: [], after: [] },
            subjects: Object.fromEntries(
              set.questions.flatMap(({ id: key, subject }) => (subject === null ? [] : [[key, subject]])),
            ),
          }
        : null,
      textSet: null,
      cells: cells.map((cell, index) => ({ ...cell, id: `${id}/${index + 1}` })),
    },
    questionSets,
    facts: {},
  };
}

function emptyCell({ format, provider }: ForeignCell, measured: Partial<CellResult>): CellResult {
  return {
    id: "",
    label: `${format}@${provider}`,
    format,
    provider,
    threads: null,
    file: "",
    sha256: "",
    bytes: 0,
    bitsPerWeight: null,
    status: "done",
    error: null,
    loadMs: null,
    memory: null,
    placement: {},
    cacheSelfTest: null,
    selfTests: null,
    launches: [],
    forward: [],
    decode: [],
    tokens: [],
    texts: [],
    benchmark: [],
    generations: [],
    replays: [],
    wordsBasis: null,
    samples: [],
    ...measured,
  };
}

function foreignEnvironment(runtime: string, cpu: string, gpus: Environment["gpus"]): Environment {
  return {
    app: { version: runtime, commit: null },
    runtime: { onnxruntime: "none", node: "none", launcher: runtime },
    os: { platform: "unknown", release: "unknown", arch: "unknown" },
    cpu: { model: cpu, physicalCores: 0, logicalCores: 0 },
    memoryBytes: 0,
    gpus,
    powerSource: null,
    // Never that of a machine of ours: estimates and trends are made of its own runs.
    machineId: `elsewhere-${hashOf([cpu, gpus.map(({ name }) => name)]).slice(0, 12)}`,
  };
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
