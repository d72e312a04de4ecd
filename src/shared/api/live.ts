/** A run while it is measured: the events that tell of it, and the snapshot that they add up to. */
import { z } from "zod";
import { FORMAT_IDS } from "../formats/formats.ts";
import { CELL_STATUSES, LAUNCH_KINDS, RUN_STATUSES } from "../results.ts";
import { bytes, errorEnvelopeSchema, moment } from "./parts.ts";

const PASS_NAMES = ["load", "forward", "decode", "questions", "texts", "generate", "replay"] as const;

/** `measured`: this very file, on this machine. `scaled`: other models, here. `rough`: nothing was measured here yet. */
export const ESTIMATE_BASES = ["measured", "scaled", "rough"] as const;

/** Something that was just measured in a cell, as little of it as a chart needs. */
const measuredSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("load"), loadMs: z.number(), steadyBytes: bytes.nullable(), peakBytes: bytes.nullable() }),
  z.object({
    kind: z.literal("forward"),
    launch: z.number().int(),
    batchSize: z.number().int(),
    /** Null where nothing was timed. */
    medianMs: z.number().nullable(),
    runs: z.number().int(),
    peakMemoryBytes: bytes.nullable(),
    deviceMemoryBytes: bytes.nullable(),
    skipped: z.string().nullable(),
  }),
  z.object({
    kind: z.literal("decode"),
    launch: z.number().int(),
    way: z.enum(["user", "compute"]),
    batchSize: z.number().int(),
    depth: z.number().int(),
    medianFirstTokenMs: z.number().nullable(),
    /** Over all sequences of the batch. */
    tokensPerSecond: z.number().nullable(),
    skipped: z.string().nullable(),
  }),
  /** Sums over all questions of the cell so far. */
  z.object({
    kind: z.literal("questions"),
    asked: z.number().int(),
    /** Right answers by mode; null where the mode is not asked. */
    loglikelihoodCorrect: z.number().int().nullable(),
    generateCorrect: z.number().int().nullable(),
    /** Of `compared` questions, which the reference was asked before, those whose most likely next token is the reference's. */
    sameTop1: z.number().int(),
    /** 0 for the reference itself, and where next tokens are not asked for. */
    compared: z.number().int(),
  }),
  z.object({ kind: z.literal("generation"), promptId: z.string(), text: z.string() }),
]);
export type Measured = z.output<typeof measuredSchema>;

/** What the measuring process uses over time; numbers stand side by side. */
const liveSamplesSchema = z.object({
  /** Since the launch began. */
  atMs: z.array(z.number()),
  residentBytes: z.array(z.number()),
  tokensPerSecond: z.array(z.number()),
});

const makingSchema = z.object({
  format: z.enum(FORMAT_IDS),
  bytesDone: bytes,
  /** 0 before it is known. */
  bytesTotal: bytes,
});

const progressSchema = z.object({
  pass: z.enum(PASS_NAMES),
  done: z.number(),
  total: z.number(),
});

/** What a process is at before it has told anything. */
export const LAUNCH_BEGINS: z.output<typeof progressSchema> = Object.freeze({ pass: "load", done: 0, total: 1 });

/** Launches are processes; of one cell there may be several, in turns with those of other cells. */
const launchNowSchema = z.object({ kind: z.enum(LAUNCH_KINDS), launch: z.number().int() });

/** Processes of the run that are over, and all of them. */
const launchesSchema = z.object({ launchesDone: z.number().int(), launchesTotal: z.number().int() });

/** How long the measuring process has sent nothing; null while it does. */
const silentSeconds = z.number().nullable();

/** What the run was predicted to take when it began. */
const liveEstimateSchema = z.object({
  seconds: z.number(),
  basis: z.enum(ESTIMATE_BASES),
  cells: z.array(z.object({ label: z.string(), seconds: z.number(), peakBytes: z.number() })),
});

/** At most some 20 a second; progress and samples are joined, nothing else is left out. */
export const runEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("making"), ...makingSchema.shape }),
  z.object({
    type: z.literal("started"),
    labels: z.array(z.string()),
    questions: z.number().int(),
    estimate: liveEstimateSchema,
  }),
  z.object({
    type: z.literal("cell"),
    label: z.string(),
    status: z.enum(CELL_STATUSES),
    error: errorEnvelopeSchema.nullable(),
  }),
  z.object({ type: z.literal("launch"), label: z.string(), ...launchNowSchema.shape, ...launchesSchema.shape }),
  z.object({
    type: z.literal("progress"),
    label: z.string(),
    ...progressSchema.shape,
    /** Of the whole run; null before anything was measured. */
    remainingMs: z.number().nullable(),
  }),
  z.object({ type: z.literal("measured"), label: z.string(), measured: measuredSchema }),
  z.object({ type: z.literal("waiting"), waiting: z.boolean() }),
  z.object({ type: z.literal("silent"), label: z.string(), seconds: silentSeconds }),
  z.object({ type: z.literal("samples"), label: z.string(), samples: liveSamplesSchema }),
  /** `error` where the run could not be planned or stored. */
  z.object({ type: z.literal("ended"), status: z.enum(RUN_STATUSES), error: errorEnvelopeSchema.nullable() }),
]);
export type LiveRunEvent = z.output<typeof runEventSchema>;

const liveCellSchema = z.object({
  label: z.string(),
  status: z.enum(CELL_STATUSES),
  error: errorEnvelopeSchema.nullable(),
  /** Its last process; null before the first. */
  launch: launchNowSchema.nullable(),
  /** Of the process that runs, and null in every other cell: one runs at a time. */
  progress: progressSchema.nullable(),
  /** All so far, oldest first; of questions the last. */
  measured: z.array(measuredSchema),
  /** Of its last launch, the newest some 600. */
  samples: liveSamplesSchema,
});
export type LiveCell = z.output<typeof liveCellSchema>;

/** `planning`: files are opened and hashed. `making`: a variant is written. `measuring`: cells run. */
const LIVE_PHASES = ["planning", "making", "measuring"] as const;

const named = { id: z.string(), name: z.string(), model: z.string() };

export const liveSchema = z.object({
  active: z
    .object({
      ...named,
      phase: z.enum(LIVE_PHASES),
      /** In this session; a resumed run began earlier. */
      startedAt: moment,
      resumed: z.boolean(),
      making: makingSchema.nullable(),
      questions: z.number().int(),
      remainingMs: z.number().nullable(),
      estimate: liveEstimateSchema.nullable(),
      ...launchesSchema.shape,
      /** It was cancelled and is about to end. */
      cancelling: z.boolean(),
      /** Another program holds the store; what was measured waits in memory. */
      waitingForStore: z.boolean(),
      silentSeconds,
      /** As planned; before the run is planned, as asked. */
      cells: z.array(liveCellSchema),
    })
    .nullable(),
  /** In the order in which they will be measured. */
  queue: z.array(z.object({ ...named, queuedAt: moment, cells: z.number().int(), resumed: z.boolean() })),
  /** The last of this session, newest first. `stored` is false where planning failed: there is nothing to open. */
  ended: z.array(
    z.object({
      ...named,
      endedAt: moment,
      status: z.enum(RUN_STATUSES),
      error: errorEnvelopeSchema.nullable(),
      stored: z.boolean(),
    }),
  ),
});
export type LiveRuns = z.output<typeof liveSchema>;
export type LiveRun = NonNullable<LiveRuns["active"]>;
