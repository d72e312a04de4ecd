/** Any cells of any runs side by side, with one of them the baseline. */
import { z } from "zod";
import { COMPARED_PARTS } from "../compare/cross-run/comparability.ts";
import { RUN_STATUSES } from "../results.ts";
import { cellLabelInput, limitsInput, runIdInput } from "./parts.ts";
import { generationRowSchema, runResultsSchema } from "./run-results.ts";

export const MOST_COMPARED = 8;
const cellRef = z.strictObject({ run: runIdInput, cell: cellLabelInput });

const comparedCellSchema = z.object({
  /** Its label in `table`: unique among the compared cells. */
  key: z.string(),
  run: z.object({
    id: z.string(),
    name: z.string(),
    startedAt: z.string(),
    status: z.enum(RUN_STATUSES),
    /** The tool that measured it where it was imported. */
    importedFrom: z.string().nullable(),
  }),
  cell: z.string(),
  model: z.string(),
  /** What can be compared with the baseline; empty for the baseline itself. */
  parts: z.array(
    z.object({
      part: z.enum(COMPARED_PARTS),
      can: z.boolean(),
      /** Why not; where it can, what is to be known. */
      reasons: z.array(z.string()),
      /** `163 shared questions`. */
      shared: z.string(),
    }),
  ),
});
export type ComparedCell = z.output<typeof comparedCellSchema>;

const compareSchema = z.object({
  /** In the order asked for. */
  cells: z.array(comparedCellSchema),
  /** Key of the baseline. */
  baseline: z.string(),
  /** As a run's results are read, its reference the baseline: only what can be compared is. */
  table: runResultsSchema,
  generations: z.array(generationRowSchema),
  facts: z.array(
    z.object({
      id: z.string(),
      group: z.enum(["Machine", "Versions", "Options", "What was measured"]),
      label: z.string(),
      /** One a cell. */
      values: z.array(z.string()),
      differs: z.boolean(),
    }),
  ),
});
export type Compared = z.output<typeof compareSchema>;

export const compareRequests = {
  /** `baseline` is an index into `cells`. RUN_NOT_FOUND, BAD_REQUEST for a cell that the run has not. */
  "compare.show": {
    input: z.strictObject({
      cells: z.array(cellRef).min(1).max(MOST_COMPARED),
      baseline: z.number().int().min(0).default(0),
      ...limitsInput,
    }),
    output: compareSchema,
  },
} as const;
