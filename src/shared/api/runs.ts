/** Runs: starting and stopping them, what goes on now, and what was found. */
import { z } from "zod";
import { EXPORT_FORMATS } from "../exports/formats.ts";
import { comparisonSchema, RUN_STATUSES } from "../results.ts";
import { specInput } from "./bench.ts";
import { importInput, importOutput, uploadInput } from "./imports.ts";
import { liveSchema } from "./live.ts";
import { bytes, cellLabelInput, limitsInput, nameInput, nothing, pageInput, runIdInput } from "./parts.ts";
import {
  flipSchema,
  generationRowSchema,
  runDetailsSchema,
  runResultsSchema,
  runSamplesSchema,
} from "./run-results.ts";

export const runSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(RUN_STATUSES),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  model: z.string(),
  cells: z.number().int(),
  cellsDone: z.number().int(),
});
export type RunSummary = z.output<typeof runSummarySchema>;

/** Most runs that one file may hold. */
const MOST_EXPORTED = 10_000;

/** What became of a file that was asked for. */
const exportedSchema = z.discriminatedUnion("how", [
  /** Desktop app: it is where the user wanted it. */
  z.object({ how: z.literal("saved"), path: z.string(), bytes, left: z.number().int() }),
  z.object({ how: z.literal("cancelled"), left: z.number().int() }),
  /** Browser: it can be fetched from `url`, a path of this address, for some minutes. */
  z.object({ how: z.literal("download"), url: z.string(), fileName: z.string(), bytes, left: z.number().int() }),
  /** Browser: a page that is to be opened in a tab of its own and printed from there. */
  z.object({ how: z.literal("print"), url: z.string(), bytes, left: z.number().int() }),
]);
/** `left`: runs that were left out because they are measured right now. */
export type Exported = z.output<typeof exportedSchema>;

const byId = z.strictObject({ id: runIdInput });

export const runRequests = {
  /** The newest first. */
  "runs.list": {
    input: z.strictObject(pageInput),
    output: z.object({ total: z.number().int(), runs: z.array(runSummarySchema) }),
  },
  /**
   * Queues a run and returns its id at once; one is measured at a time. What is wrong with the spec is answered here; what
   * planning finds later (a variant that cannot be made) comes as `run.event` "ended" and stays in runs.live's `ended`.
   */
  "runs.start": { input: z.strictObject({ spec: specInput }), output: z.object({ id: z.string() }) },
  /** A run, waiting or measured, or one cell of the run that is measured. What was measured stays. RUN_NOT_FOUND. */
  "runs.cancel": { input: z.strictObject({ id: runIdInput, cell: cellLabelInput.optional() }), output: nothing },
  /** Queues what is not done of a stopped run. RUN_NOT_FOUND, RUN_BUSY. */
  "runs.resume": { input: byId, output: nothing },
  /** What goes on now, whole: a page that was just loaded knows as much as one that saw every event. */
  "runs.live": { input: nothing, output: liveSchema },
  /** A stored run without its measurements. RUN_NOT_FOUND. */
  "runs.get": { input: byId, output: runDetailsSchema },
  /** A stored run with verdicts, by the limits that the user sets. */
  "runs.results": {
    input: z.strictObject({ id: runIdInput, ...limitsInput }),
    output: runResultsSchema,
  },
  /** Only the comparisons, for sliders that change the limits. */
  "runs.verdicts": {
    input: z.strictObject({ id: runIdInput, ...limitsInput }),
    output: z.object({ comparisons: z.array(comparisonSchema) }),
  },
  /** Questions that reference and candidate answer differently, in the order of the set. */
  "runs.flips": {
    input: z.strictObject({ id: runIdInput, candidate: cellLabelInput, ...pageInput }),
    output: z.object({ total: z.number().int(), reference: z.string(), flips: z.array(flipSchema) }),
  },
  /** Generated texts, one row a prompt with every cell's text. */
  "runs.generations": {
    input: byId,
    output: z.object({ reference: z.string(), prompts: z.array(generationRowSchema) }),
  },
  /** Raw samples of one cell. */
  "runs.samples": { input: z.strictObject({ id: runIdInput, cell: cellLabelInput }), output: runSamplesSchema },
  /**
   * Runs as one file: in the desktop app asks where and writes it, for a browser makes it ready. Of several runs a zip, or one
   * table. Verdicts in it are by the limits given, as in runs.results. RUN_NOT_FOUND, RUN_BUSY (a bundle), NOT_AVAILABLE where nothing of it fits the format.
   */
  "runs.export": {
    input: z.strictObject({
      ids: z.array(runIdInput).min(1).max(MOST_EXPORTED),
      format: z.enum(EXPORT_FORMATS),
      ...limitsInput,
    }),
    output: exportedSchema,
  },
  /** A copy of the whole store as one file, in the same way. */
  "runs.backup": { input: nothing, output: exportedSchema },
  /**
   * Runs out of files: .qsrun bundles, lm-eval's samples, llama-bench's output. Answers file by file; what cannot be imported
   * leaves the rest alone. Before anything is read: PATH_REFUSED for a path that the page may not name, RUN_BUSY while
   * something is measured or made.
   */
  "runs.import": { input: importInput, output: importOutput },
  /** The same with the files' content, which is kept nowhere. BAD_REQUEST where it is too much. */
  "runs.upload": { input: uploadInput, output: importOutput },
  /** Ends what is imported or waits for it: runs that are stored stay, those that are not answer CANCELLED. */
  "runs.cancelImport": { input: nothing, output: nothing },
  "runs.rename": { input: z.strictObject({ id: runIdInput, name: nameInput }), output: nothing },
  /** With everything measured in it. RUN_BUSY while it waits or is measured. */
  "runs.delete": { input: byId, output: nothing },
} as const;
