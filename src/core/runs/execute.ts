/** Executes an experiment: plans its cells, runs each in a child of its own, stores every unit as it arrives. */
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { LabError, toEnvelope } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { Results } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import { countDuplicates } from "#core/benchmarks/duplicates.ts";
import { loadPrompts } from "#core/benchmarks/prompts.ts";
import { FileWorker } from "#core/files/file-worker.ts";
import { questionReader } from "#core/files/question-reader.ts";
import { foreignParts, type ModelFolder, openModelFolder, sourceVariant } from "#core/models/model-folder.ts";
import { claimRun, leaveRun, ownRun } from "#core/store/run-owner.ts";
import { failRun, insertRun } from "#core/store/write-run.ts";
import { readQuestionHashes, readRun } from "#core/store/read-run.ts";
import { setOrigin } from "#core/store/write-stored-run.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { absolutePaths } from "./absolute-paths.ts";
import type { WriteProgress } from "#core/onnx/write-options.ts";
import { estimateRun } from "./estimate.ts";
import type { EstimatedCell } from "./cell-speeds.ts";
import { countLooks } from "./count-looks.ts";
import { type LaunchTask, launchTasks } from "./launch-jobs.ts";
import { planCells, type PlannedCell, referenceLabel } from "./plan-cells.ts";
import { type PlannedQuestions, planQuestions } from "./plan-questions.ts";
import { type PlannedTexts, planTexts } from "./plan-texts.ts";
import { refuseChanged } from "./refuse-changed.ts";
import { cellId, newRunId, scratchFolder } from "./run-ids.ts";
import { writesSomething } from "./replay-job.ts";
import { runLaunches } from "./run-launches.ts";
import type { ExecuteOptions, RunOutcome } from "./run-options.ts";
import { type Shard, shardName, shardOf, shardOrigin, shardQuestions, shardSpec } from "./shard.ts";
import { WriteQueue } from "./write-queue.ts";

export type { ExecuteOptions, RunEvent, RunOutcome } from "./run-options.ts";

/**
 * Runs a new experiment to its end. A failed cell does not stop the others; a cancel stores what was measured.
 * @throws LabError while planning (nothing is stored then), and STORE_* or DISK_FULL when results cannot be stored
 */
export async function executeRun(asked: Spec, options: ExecuteOptions): Promise<RunOutcome> {
  const spec = absolutePaths(asked);
  const { shard } = options;
  const plan = await planRun(spec, options, shard);
  const { model, cells, questions, texts, reference } = plan;
  const runId = options.runId ?? newRunId();
  const tasks = await runTasks(runId, plan, options, shard);
  const environment = await readEnvironment(options.spawner.launcher);
  const threads = cells.map((_, index) => tasks.find(({ cell }) => cell === index)!.job.threads);
  const startedAt = new Date().toISOString();
  const writes = writeQueue(options);
  const store = options.db.transaction(() => {
    insertRun(options.db, {
      id: runId,
      name: shardName(spec.name, shard),
      startedAt,
      spec: withLook({ ...spec, reference }, plan, options),
      environment,
      model: {
        name: model.name,
        folder: model.dir,
        architecture: model.architecture,
        // A quantized file may store a tied head a second time; the float one tells what the model has.
        parameters: sourceVariant(model).facts.parameters,
      },
      questionSets: questions.sets,
      textSet: texts && { name: basename(texts.file), sha256: texts.sha256 },
      cells: cells.map(({ label, spec: cell, variant, sha256 }, index) => {
        const { format, file, bytes, facts } = variant;
        const id = cellId(runId, index);
        return { id, label, format, provider: cell.provider, threads: threads[index]!, file, sha256, bytes, facts };
      }),
    });
    if (shard)
      setOrigin(
        options.db,
        runId,
        shardOrigin({ shard, spec, runId, startedAt, environment, cells, questions, texts }),
      );
    ownRun(options.db, runId);
  });
  await writes.stored(() => {
    store.immediate();
  });
  return measure({ runId, tasks, done: new Set(), plan, machineId: environment.machineId, writes }, options);
}

function writeQueue({ db, signal, patience, onEvent }: ExecuteOptions): WriteQueue {
  const onWaiting = (waiting: boolean): void => {
    onEvent({ type: "waiting", waiting });
  };
  return new WriteQueue({ db, signal, onWaiting, ...(patience && { patience }) });
}

/** The parts of a run that several machines measure know nothing of each other's stores: their plan says which look it is. */
function withLook(spec: Spec, { questions, cells }: RunPlan, { db, shard }: ExecuteOptions): Spec {
  const [first] = questions.sets;
  if (!first || shard) return spec;
  const files = cells.map(({ sha256 }) => sha256);
  const look = countLooks(db, { spec, setSha256: first.set.sha256, asked: first.asked.length, files });
  if (look === 1 && spec.sample?.look === undefined) return spec;
  return { ...spec, sample: { seed: 0, ...spec.sample, look } };
}

/**
 * Finishes an interrupted run: launches that are not done are run again, the others stay. A finished run stays as it is.
 * @throws LabError RUN_NOT_FOUND; RUN_BUSY when it goes on already; SPEC_INVALID when a file, the machine or ONNX Runtime is
 * no longer what the run began with: its cells could not be compared
 */
export async function resumeRun(runId: string, options: ExecuteOptions): Promise<RunOutcome> {
  const { db } = options;
  if (readRun(db, runId).run.status === "done") return { runId, status: "done" };
  const writes = writeQueue(options);
  let giveBack = (): void => undefined;
  // Before anything is read of it: what another process measures meanwhile would be measured twice.
  await writes.stored(() => {
    giveBack = claimRun(db, runId);
  });
  let left: Omit<Parameters<typeof measure>[0], "writes">;
  try {
    left = await planRest(runId, options);
  } catch (error) {
    await writes.stored(giveBack);
    throw error;
  }
  return measure({ ...left, writes }, options);
}

async function planRest(
  runId: string,
  options: ExecuteOptions,
): Promise<Omit<Parameters<typeof measure>[0], "writes">> {
  const { run, cells, textSet } = readRun(options.db, runId);
  const shard = shardOf(run.origin);
  const plan = await planRun(run.spec, options, shard);
  const tasks = await runTasks(runId, plan, options, shard);
  const environment = await readEnvironment(options.spawner.launcher);
  refuseChanged({ run, cells, textSet, questionHashes: readQuestionHashes(options.db, runId) }, plan, environment);
  const done = new Set(tasks.filter((task) => isDone(task, cells)).map(({ order }) => order));
  return { runId, tasks, done, plan, machineId: environment.machineId };
}

function isDone({ cell, kind, launch, batchSize }: LaunchTask, cells: Results["cells"]): boolean {
  return (cells[cell]?.launches ?? []).some(
    (past) => past.status === "done" && past.kind === kind && past.launch === launch && past.batchSize === batchSize,
  );
}

interface RunPlan {
  readonly spec: Spec;
  readonly model: ModelFolder;
  readonly questions: PlannedQuestions;
  readonly texts: PlannedTexts | null;
  readonly cells: readonly PlannedCell[];
  /** Label of the reference. */
  readonly reference: string;
}

/** @param shard the part of `whole` that is measured; without one all of it */
async function planRun(
  whole: Spec,
  { db, variantsDir, spawner, signal, onEvent }: ExecuteOptions,
  shard: Shard | undefined,
): Promise<RunPlan> {
  const spec = shardSpec(whole, shard);
  const model = openModelFolder(spec.model);
  const [part] = foreignParts(model.dir);
  if (part) throw new LabError(part.error.code, part.error.message, part.error.details);
  await using files = new FileWorker(spawner);
  const questions = shardQuestions(await planQuestions(spec, questionReader(files)), shard);
  const texts = planTexts(spec);
  const onMaking = (format: FormatId, progress: WriteProgress | null): void => {
    onEvent({ type: "making", format, progress });
  };
  const cells = await planCells(model, spec, { db, variantsDir, signal, onMaking });
  const formats = cells.map(({ label, variant }) => ({ label, format: variant.format }));
  return { spec, model, questions, texts, cells, reference: referenceLabel(formats, spec.reference) };
}

async function runTasks(
  runId: string,
  plan: RunPlan,
  { scratchDir }: ExecuteOptions,
  shard: Shard | undefined,
): Promise<LaunchTask[]> {
  const { spec, model, cells, questions, texts, reference } = plan;
  const threads = await defaultThreads();
  return launchTasks({
    spec,
    cells: cells.map(({ spec: cell, variant }) => ({
      modelDir: model.dir,
      file: variant.file,
      provider: cell.provider,
      providerOptions: cell.providerOptions,
      threads: cell.threads ?? threads,
      graph: cell.graph,
    })),
    reference: cells.findIndex(({ label }) => label === reference),
    questionJobs: questions.jobs,
    texts: texts?.job ?? null,
    prompts: spec.passes.generate ? loadPrompts(spec.passes.generate.prompts) : [],
    // Speeds of several machines do not mix: the first part's are the run's.
    replays: writesSomething(spec.passes) && (shard?.index ?? 1) === 1,
    referenceDir: scratchFolder(scratchDir, runId),
  });
}

/** Runs what is left; when the store gives up (the disk is full), the run at least does not look as if it still ran. */
async function measure(
  {
    runId,
    tasks,
    done,
    plan,
    machineId,
    writes,
  }: {
    readonly runId: string;
    readonly tasks: readonly LaunchTask[];
    readonly done: ReadonlySet<number>;
    readonly plan: RunPlan;
    readonly machineId: string;
    readonly writes: WriteQueue;
  },
  options: ExecuteOptions,
): Promise<RunOutcome> {
  const { db, scratchDir, onEvent } = options;
  const { spec, cells, questions } = plan;
  try {
    const left = tasks.filter(({ order }) => !done.has(order));
    const { estimate, costs } = estimateRun({ db, machineId, spec, tasks: left, cells: cells.map(estimated) });
    const labels = cells.map(({ label }) => label);
    const asked = questions.sets.reduce((sum, set) => sum + set.asked.length, 0);
    const duplicates = questions.sets.reduce((sum, set) => sum + countDuplicates(set.asked), 0);
    onEvent({ type: "started", runId, labels, questions: asked, duplicates, estimate });
    const status = await runLaunches({ runId, left, costs, labels, spec, writes }, options);
    // What is left over is for a resume to go on with; a finished run needs it no more.
    if (status === "done") rmSync(scratchFolder(scratchDir, runId), { recursive: true, force: true });
    return { runId, status };
  } catch (error) {
    try {
      failRun(db, runId, toEnvelope(error).message);
    } catch {
      // The store's first failure is the one to tell; whoever looks next for abandoned runs fails this one.
      leaveRun(runId);
    }
    throw error;
  }
}

function estimated({ label, spec, variant, sha256 }: PlannedCell): EstimatedCell {
  const { format, bytes, facts, signature } = variant;
  const { parameters } = facts;
  return {
    label,
    format,
    provider: spec.provider,
    sha256,
    bytes,
    parameters,
    vocabularySize: signature.vocabularySize,
  };
}
