/** Runs as a lab would have stored them, with everything measured in them made up from a seed: for pages that show results. */
import { type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import type { ErrorEnvelope } from "#shared/errors.ts";
import type { Answer, CellStatus, Environment, RunStatus } from "#shared/results.ts";
import { parseSpec } from "#shared/spec.ts";
import { openLab } from "#core/app/open-lab.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { Db } from "#core/store/database.ts";
import {
  saveDecode,
  saveForward,
  saveGeneration,
  saveLoad,
  saveQuestions,
  saveReplay,
  saveSamples,
  saveSelfTests,
  saveTexts,
} from "#core/store/write-measurements.ts";
import { finishCell, finishLaunch, insertRun, setRunStatus, startLaunch } from "#core/store/write-run.ts";
import { generationOf, PROMPTS, replaysOf } from "./seed-texts.ts";

export interface SeedCell {
  readonly format: FormatId;
  readonly provider?: ProviderId;
  /** Of the reference's time, memory and file. */
  readonly time?: number;
  readonly size?: number;
  /** Shares of the questions that go from right to wrong, and back. */
  readonly lost?: number;
  readonly gained?: number;
  readonly status?: CellStatus;
  readonly error?: ErrorEnvelope;
  /** Nodes that ran on the CPU although the cell is another provider's. */
  readonly nodesOnCpu?: number;
}

export interface SeedResult {
  readonly id: string;
  readonly name: string;
  readonly model?: string;
  readonly cells: readonly SeedCell[];
  /** 0: a run without questions. */
  readonly questions?: number;
  readonly status?: RunStatus;
  readonly launches?: number;
  readonly batchSizes?: readonly number[];
  /** False: the forward pass alone, as a Preview of the cost has it. */
  readonly texts?: boolean;
  /** Share of the reference's answers that are right. */
  readonly accuracy?: number;
  readonly startedAt?: string;
  readonly environment?: Partial<Environment>;
}

const MIB = 2 ** 20;
const STARTED = "2026-11-21T07:00:00.000Z";
const TOPICS = ["virology", "marketing", "world religions", "astronomy", "high school geography"];

const ENVIRONMENT: Environment = {
  app: { version: "0.1.0", commit: "b8eadb2" },
  runtime: { onnxruntime: "1.30.0", node: "24.21.0", launcher: "fork" },
  os: { platform: "linux", release: "6.18", arch: "x64" },
  cpu: { model: "AMD Ryzen 7 7840U", physicalCores: 8, logicalCores: 16 },
  memoryBytes: 32 * 2 ** 30,
  gpus: [{ name: "NVIDIA RTX 4070", driver: "580.1", memoryBytes: 12 * 2 ** 30 }],
  powerSource: "mains",
  machineId: "0123456789abcdef",
};

/** Numbers from 0 to 1 that are the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function seedQuestion(number: number): Question {
  return {
    id: `q${number}`,
    subject: TOPICS[number % TOPICS.length]!,
    question: `Question ${number}: which of these statements about ${TOPICS[number % TOPICS.length]!} is the one that holds in general?`,
    choices: ["All of them hold", "None of them holds", "Only the first holds", "Only the last holds"],
    answer: number % 4,
  };
}

function answerOf(number: number, predicted: number, random: () => number): Answer {
  const choiceLogprobs = [0, 1, 2, 3].map((choice) => (choice === predicted ? -0.3 - random() : -2.2 - 3 * random()));
  return {
    questionId: `q${number}`,
    predicted,
    correct: predicted === number % 4,
    formatFailure: false,
    choiceLogprobs,
    text: null,
    generatedTokens: 0,
    tokenIds: null,
    elapsedMs: 40 + 10 * random(),
    normalized: null,
    cutTokens: 0,
    sharedSeam: false,
  };
}

/** Writes one run into the store of a data folder. */
export function seedResult(home: string, run: SeedResult): void {
  const { id, name, model = "SmolLM2-135M-Instruct", questions: count = 163, launches = 6, status = "done" } = run;
  const { batchSizes = [1, 2, 4, 8, 16, 32], texts = true } = run;
  const questions = Array.from({ length: count }, (_, index) => seedQuestion(index + 1));
  using lab = openLab(home);
  const { db } = lab;
  const labels = labelsOf(run.cells);
  insertRun(db, {
    id,
    name,
    startedAt: run.startedAt ?? STARTED,
    spec: parseSpec({
      schemaVersion: 1,
      name,
      model: "models/smollm2",
      launches,
      cells: run.cells.map(({ format, provider = "cpu" }) => ({ format, provider })),
      passes: {
        forward: { batchSizes: [...batchSizes] },
        ...(texts && { decode: {}, generate: { prompts: PROMPTS } }),
        ...(count > 0 && { tokens: { questions: "virology.csv" }, benchmark: { questions: "virology.csv" } }),
      },
    }),
    environment: { ...ENVIRONMENT, ...run.environment },
    model: { name: model, folder: `models/${model}`, architecture: "LlamaForCausalLM", parameters: 134_515_008 },
    questionSets:
      count === 0
        ? []
        : [
            {
              set: { name: "virology", file: "virology.csv", sha256: `${count}`.padStart(64, "5e"), questions },
              asked: questions,
              chanceLevel: 0.25,
            },
          ],
    textSet: texts ? { name: "wikitext.txt", sha256: "7e".repeat(32) } : null,
    cells: run.cells.map(({ format, provider = "cpu", size = 1 }, index) => ({
      id: `${id}/${index + 1}`,
      label: labels[index]!,
      format,
      provider,
      threads: 8,
      file: `/home/someone/models/${model}/onnx/model${FORMATS[format].suffixes[0]!}.onnx`,
      sha256: `${index + 1}`.padStart(64, "ab"),
      bytes: Math.round(540e6 * size),
      facts: {
        format,
        operators: format === "fp32" ? { MatMul: 211 } : { MatMul: 1, MatMulNBits: 210 },
        parameters: 134_515_008,
        bitsPerWeight: 32 * size,
        quantizedShare: size < 0.5 ? 0.79 : 0,
        blockSize: size < 0.5 ? 32 : null,
        symmetric: size < 0.5 ? true : null,
        accuracyLevel: null,
        dynamicQuantization: format === "int8",
        opset: 18,
      },
    })),
  });
  run.cells.forEach((cell, index) => {
    if (cell.status !== "waiting") measureCell(db, run, index, cell);
  });
  setRunStatus(
    db,
    id,
    status,
    status === "running" ? null : new Date(Date.parse(run.startedAt ?? STARTED) + 720_000).toISOString(),
  );
}

/** Everything that a lab would have stored of one cell of `run`, and its end. */
export function measureCell(db: Db, run: SeedResult, index: number, cell: SeedCell): void {
  const {
    id,
    questions: count = 163,
    launches = 6,
    batchSizes = [1, 2, 4, 8, 16, 32],
    texts = true,
    accuracy = 0.58,
  } = run;
  const { provider = "cpu", time = 1, size = 1, lost = 0, gained = 0, status: end = "done", error } = cell;
  const cellId = `${id}/${index + 1}`;
  const random = numbers(index * 7919 + 17);
  let order = 1000 * index;
  const memory = 180 + 520 * size;
  const measured = end === "done" ? launches : Math.min(1, launches);
  for (let launch = 1; launch <= measured; launch++) {
    const key = { cellId, kind: "timing" as const, launch, batchSize: null };
    const speed = time * (0.98 + 0.04 * random());
    startLaunch(db, key, ++order);
    saveLoad(db, id, key, {
      loadMs: 900 * size * (0.95 + 0.1 * random()) + 120,
      memory: {
        baseBytes: 90 * MIB,
        loadPeakBytes: Math.round(memory * MIB),
        steadyBytes: Math.round(0.9 * memory * MIB),
        source: "VmHWM",
      },
      placement: {
        [PROVIDERS[provider].profileName]: 174 - (cell.nodesOnCpu ?? 0),
        ...(cell.nodesOnCpu !== undefined && { CPUExecutionProvider: cell.nodesOnCpu }),
      },
      cacheSelfTest: { maxLogprobDifference: 1.5e-6, limit: 1e-3, cacheUsed: true },
      specialTokens: { before: ["<s>"], after: [] },
    });
    for (const batchSize of end === "done" ? batchSizes : batchSizes.slice(0, 2)) {
      const base = 21 * speed * batchSize ** 0.92;
      const runs = Array.from({ length: 12 }, () => base * (0.97 + 0.08 * random() ** 3));
      const bytes = Math.round((memory + 14 * batchSize * (0.99 + 0.02 * random())) * MIB);
      saveForward(db, cellId, {
        launch,
        kind: "timing",
        batchSize,
        sequenceLength: 128,
        latencyMs: runs,
        computeMs: runs.map((ms) => 0.86 * ms),
        warmupMs: [2 * base],
        peakMemoryBytes: bytes,
        runPeakBytes: bytes - 10 * MIB,
        anonymousBytes: Math.round(bytes * 0.7),
        fileBytes: Math.round(bytes * 0.2),
        deviceMemoryBytes: null,
        foreignLoadCores: 0.04,
        repeats: 0,
        swapped: false,
        skipped: null,
      });
    }
    for (const way of texts ? (["user", "compute"] as const) : []) {
      for (const depth of [0, 512]) {
        const step = (way === "user" ? 11 : 7) * speed * (1 + depth / 2000);
        saveDecode(db, cellId, {
          launch,
          way,
          method: way === "user" ? "plain" : "in-place",
          graph: "exported",
          batchSize: 1,
          depth,
          promptTokens: 128 + depth,
          timeToFirstTokenMs: [60 * speed, 61 * speed],
          interTokenMs: Array.from({ length: 24 }, () => step * (0.97 + 0.06 * random())),
          foreignLoadCores: 0.02,
          skipped: null,
        });
      }
    }
    for (const replay of texts ? replaysOf(index, launch, speed, count) : []) saveReplay(db, cellId, replay);
    const ticks = Array.from({ length: 80 }, (_, tick) => 250 * tick);
    saveSamples(db, key, {
      atMs: ticks,
      residentBytes: ticks.map((_, tick) => (90 + memory * Math.min(1, tick / 8) + (tick > 20 ? 60 : 0)) * MIB),
      tokensPerSecond: ticks.map((_, tick) => (tick < 10 ? 0 : (900 + 200 * Math.sin(tick / 5)) / time)),
    });
    finishLaunch(db, key, { status: "done", elapsedMs: 20_000, canaryDrift: 0.01 });
  }
  if (end === "done") {
    saveSelfTests(db, cellId, {
      padding: { prompts: 8, maxLogprobDifference: 2e-6, meanKl: 1e-12, top1Changes: 0, limit: 1e-3, passed: true },
      repeat: { prompts: 8, maxLogprobDifference: 0, meanKl: 0, top1Changes: 0 },
      stepping: { method: "slim", graph: "exported", maxLogprobDifference: 1e-6, refused: [] },
      questionBatch: 8,
    });
    saveQuestions(db, cellId, questionResults(count, index, { lost, gained, accuracy, time }));
    if (texts) {
      saveTextsOf(index, lost, (chunks) => {
        saveTexts(db, cellId, chunks);
      });
    }
    for (const [at, prompt] of (texts ? PROMPTS : []).entries())
      saveGeneration(db, cellId, generationOf(at, prompt, index, time));
  }
  finishCell(db, cellId, end, error ?? null);
}

/** As planning names them: a second cell of the same format and provider has a number. */
function labelsOf(cells: readonly SeedCell[]): string[] {
  const names = cells.map(({ format, provider = "cpu" }) => `${format}@${provider}`);
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((each) => each === name).length;
    return before === 0 ? name : `${name}#${before + 1}`;
  });
}

interface Change {
  readonly lost: number;
  readonly gained: number;
  readonly accuracy: number;
  readonly time: number;
}

function questionResults(
  count: number,
  cell: number,
  { lost, gained, accuracy, time }: Change,
): Parameters<typeof saveQuestions>[2] {
  const shared = numbers(5);
  const own = numbers(cell * 31 + 3);
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const right = number % 4;
    const reference = shared() < accuracy ? right : (right + 1 + Math.floor(3 * shared())) % 4;
    const turn = own();
    let predicted = reference;
    if (cell > 0 && reference === right && turn < lost) predicted = (right + 1) % 4;
    if (cell > 0 && reference !== right) {
      if (turn < gained) predicted = right;
      else if (turn < gained + lost / 2)
        predicted = [0, 1, 2, 3].find((choice) => choice !== right && choice !== reference)!;
    }
    const scored = answerOf(number, predicted, own);
    const moved = cell === 0 ? 0 : lost;
    const topIds = Array.from({ length: 20 }, (_, rank) =>
      own() < moved * 1.5 * (rank / 20 + 0.2) ? 5000 + rank : 100 + rank,
    );
    return {
      tokens: {
        questionId: scored.questionId,
        promptTokens: 90,
        topIds,
        topLogprobs: topIds.map((_, rank) => -0.4 - rank * 0.3),
        logSumExp: 12,
        referenceLogprobs: cell === 0 ? null : topIds.map((_, rank) => -0.42 - rank * 0.31),
        klDivergence: cell === 0 ? null : moved * 0.4 * own(),
      },
      loglikelihood: scored,
      generate: {
        ...scored,
        choiceLogprobs: [],
        text: ` ${"ABCD"[predicted]}`,
        generatedTokens: 2,
        tokenIds: [34 + predicted, 2],
        elapsedMs: 90 * time,
      },
    };
  });
}

function saveTextsOf(cell: number, lost: number, save: (chunks: Parameters<typeof saveTexts>[2]) => void): void {
  const random = numbers(11);
  const own = numbers(cell + 100);
  save(
    Array.from({ length: 16 }, (_, chunk) => ({
      chunk,
      scoredBytes: 900,
      negativeLogLikelihood: Array.from(
        { length: 64 },
        () => 3 * random() + (cell === 0 ? 0 : lost * (0.4 + 0.2 * own())),
      ),
      positions: [],
    })),
  );
}

/** Reference, two that are worth it, one that is not, on a CPU; what the pages are looked at with. */
export const SEED_CELLS: readonly SeedCell[] = [
  { format: "fp32" },
  { format: "int8", time: 0.62, size: 0.27, lost: 0.02, gained: 0.03 },
  { format: "int4", time: 0.71, size: 0.19, lost: 0.11, gained: 0.12 },
  { format: "nf4", time: 1.3, size: 0.17, lost: 0.35, gained: 0.05 },
];
