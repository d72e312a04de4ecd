/** The list of stored runs, what a user adds to it, and numbers over time. */
import { z } from "zod";
import { FORMAT_IDS } from "../formats/formats.ts";
import { PROVIDER_IDS } from "../providers/providers.ts";
import { TREND_KINDS } from "../compare/trend/metrics.ts";
import { CELL_STATUSES, RUN_STATUSES, RUN_TOOLS } from "../results.ts";
import { cellLabelInput, errorEnvelopeSchema, moment, nothing, pageInput, runIdInput } from "./parts.ts";

const kindSchema = z.object({ format: z.enum(FORMAT_IDS), provider: z.enum(PROVIDER_IDS) });
const shortInput = z.string().max(200);

/** Every field that is there has to fit; of `text` every word, in name, model, note, tag, machine or version. */
const filterInput = z.strictObject({
  text: shortInput.optional(),
  model: shortInput.optional(),
  format: z.enum(FORMAT_IDS).optional(),
  provider: z.enum(PROVIDER_IDS).optional(),
  status: z.enum(RUN_STATUSES).optional(),
  tag: shortInput.optional(),
  /** Its id. */
  machine: shortInput.optional(),
});
export type HistoryFilter = z.output<typeof filterInput>;

export const HISTORY_SORTS = ["started", "name", "model", "status", "cells", "duration"] as const;
const sortInput = z.strictObject({ by: z.enum(HISTORY_SORTS), descending: z.boolean() });
export type HistorySort = z.output<typeof sortInput>;
const NEWEST_FIRST = { by: "started", descending: true } as const;

/** Where a run comes from that was not measured here in one piece; the whole of it is in the run's results (results.ts). */
const historyOriginSchema = z.object({
  tool: z.enum(RUN_TOOLS),
  /** Name of the file that it came in; null for a part that was measured here. */
  file: z.string().nullable(),
  importedAt: moment.nullable(),
  /** Which parts of how many are in it, and how many machines measured them; null for a whole run. */
  parts: z
    .object({ indexes: z.array(z.number().int()), count: z.number().int(), machines: z.number().int() })
    .nullable(),
});
export type HistoryOrigin = z.output<typeof historyOriginSchema>;

const historyRunSchema = z.object({
  id: z.string(),
  name: z.string(),
  model: z.string(),
  status: z.enum(RUN_STATUSES),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  cells: z.number().int(),
  cellsDone: z.number().int(),
  cellsFailed: z.number().int(),
  kinds: z.array(kindSchema),
  tags: z.array(z.string()),
  note: z.string(),
  machineId: z.string(),
  /** Processor and GPUs. */
  machine: z.string(),
  onnxruntime: z.string(),
  /** Measured elsewhere, by another tool, or in parts: what `origin` tells of. */
  imported: z.boolean(),
  origin: historyOriginSchema.nullable(),
});
export type HistoryRun = z.output<typeof historyRunSchema>;

const facet = z.object({ value: z.string(), runs: z.number().int() });
const facetsSchema = z.object({
  models: z.array(facet),
  formats: z.array(z.enum(FORMAT_IDS)),
  providers: z.array(z.enum(PROVIDER_IDS)),
  statuses: z.array(facet),
  tags: z.array(facet),
  machines: z.array(facet.extend({ name: z.string() })),
});
export type HistoryFacets = z.output<typeof facetsSchema>;

const cellRef = z.strictObject({ run: runIdInput, cell: cellLabelInput });
export type CellRef = z.output<typeof cellRef>;

/** Most runs that one request may change. */
const MOST_IDS = 10_000;
const idsInput = z.array(runIdInput).min(1).max(MOST_IDS);
const tagInput = z.string().trim().min(1).max(60);

const trendValueSchema = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  kind: z.enum(TREND_KINDS),
  n: z.number().int(),
  setup: z.string(),
});

const trendSchema = z.object({
  model: z.string(),
  /** Oldest first; every run that a point is of. */
  runs: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        startedAt: z.string(),
        machineId: z.string(),
        machine: z.string(),
        onnxruntime: z.string(),
        driver: z.string(),
        app: z.string(),
        power: z.string().nullable(),
      }),
    )
    .readonly(),
  series: z
    .array(
      kindSchema.extend({
        /** Oldest first. */
        points: z
          .array(
            z.object({
              run: z.string(),
              label: z.string(),
              sha256: z.string(),
              values: z.object({
                memory: trendValueSchema.nullable(),
                latency: trendValueSchema.nullable(),
                jaccard: trendValueSchema.nullable(),
                accuracy: trendValueSchema.nullable(),
                words: trendValueSchema.nullable(),
              }),
            }),
          )
          .readonly(),
        /** Older points were left out. */
        cut: z.boolean(),
      }),
    )
    .readonly(),
});

export const historyRequests = {
  "history.list": {
    input: z.strictObject({ filter: filterInput.default({}), sort: sortInput.default(NEWEST_FIRST), ...pageInput }),
    output: z.object({ total: z.number().int(), runs: z.array(historyRunSchema) }),
  },
  /** Of every run that fits: for "select all". */
  "history.ids": {
    input: z.strictObject({ filter: filterInput.default({}) }),
    output: z.object({ ids: z.array(z.string()) }),
  },
  /** What there is to filter by, over all runs. */
  "history.facets": { input: nothing, output: facetsSchema },
  /** Cells of one run: to choose one from. RUN_NOT_FOUND. */
  "history.cells": {
    input: z.strictObject({ id: runIdInput }),
    output: z.object({
      cells: z.array(
        kindSchema.extend({ label: z.string(), status: z.enum(CELL_STATUSES), error: z.string().nullable() }),
      ),
      /** The run that this one was queued to repeat (history.rerun); null where there is none, or it is gone. */
      repeats: z.object({ id: z.string(), name: z.string() }).nullable(),
    }),
  },
  "history.tag": {
    input: z.strictObject({
      ids: idsInput,
      add: z.array(tagInput).max(20).default([]),
      remove: z.array(shortInput).max(20).default([]),
    }),
    output: nothing,
  },
  "history.note": { input: z.strictObject({ id: runIdInput, note: z.string().max(20_000) }), output: nothing },
  /**
   * Hides runs, and takes them away for good some 20 seconds later, or when the program ends. Those that wait or are
   * measured stay, and are counted in `busy`.
   */
  "history.delete": {
    input: z.strictObject({ ids: idsInput }),
    output: z.object({ ids: z.array(z.string()), busy: z.number().int() }),
  },
  /** Takes a delete back; runs that are gone by then are left out. */
  "history.restore": { input: z.strictObject({ ids: idsInput }), output: z.object({ ids: z.array(z.string()) }) },
  /** Queues what these runs were asked to do once more, with today's versions; each new run remembers which it repeats. */
  "history.rerun": {
    input: z.strictObject({ ids: idsInput }),
    output: z.object({
      started: z.array(z.object({ from: z.string(), id: z.string() })),
      refused: z.array(z.object({ from: z.string(), name: z.string(), error: errorEnvelopeSchema })),
    }),
  },
  /** The cell that comparisons begin with; null takes it away. RUN_NOT_FOUND. */
  "history.pin": { input: z.strictObject({ cell: cellRef.nullable() }), output: nothing },
  "history.baseline": {
    input: nothing,
    output: z.object({ baseline: cellRef.extend({ name: z.string() }).nullable() }),
  },
  /** Numbers of a model over time, of the series that are named; without any, those with the most cells. */
  "history.trend": {
    input: z.strictObject({
      model: shortInput,
      /** Its id; null for all of them. Left out, the one that measured the model last. */
      machine: shortInput.nullable().optional(),
      series: z.array(kindSchema.strict()).max(24).optional(),
      /** A series; the newest. */
      points: z.number().int().min(1).max(1000).default(100),
    }),
    output: z.object({
      trend: trendSchema,
      /** Every format by provider that this model was measured in, the most cells first; counted up to a thousand. */
      kinds: z.array(kindSchema.extend({ cells: z.number().int(), more: z.boolean() })),
      /** Whose runs are in: null for all. */
      machine: z.string().nullable(),
      /** That measured this model, the last first. */
      machines: z.array(facet.extend({ name: z.string() })),
      /** Runs that ended and are not in yet: their numbers are being derived, or wait until nothing is measured. */
      pending: z.number().int(),
      waiting: z.boolean(),
    }),
  },
} as const;
