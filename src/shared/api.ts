/**
 * The one contract between the pages and the lab: every request and event by name, with schemas that both sides check.
 * Main (Electron IPC) and host (WebSocket) are thin adapters of it; a channel is named here and nowhere else.
 */
import { z } from "zod";
import { appRequests } from "./api/app.ts";
import { benchRequests } from "./api/bench.ts";
import { compareRequests } from "./api/compare.ts";
import { events } from "./api/events.ts";
import { fileRequests } from "./api/files.ts";
import { historyRequests } from "./api/history.ts";
import { modelRequests } from "./api/models.ts";
import { errorEnvelopeSchema } from "./api/parts.ts";
import { questionRequests } from "./api/questions.ts";
import { runRequests } from "./api/runs.ts";
import { variantRequests } from "./api/variants.ts";

export type { AppInfo, SystemSnapshot } from "./api/app.ts";
export type { BenchCell, BenchPlan, BenchSquare } from "./api/bench.ts";
export type { Compared, ComparedCell } from "./api/compare.ts";
export type { CellRef, HistoryFacets, HistoryFilter, HistoryOrigin, HistoryRun, HistorySort } from "./api/history.ts";
export type { FolderListing } from "./api/files.ts";
export type { ImportedFile } from "./api/imports.ts";
export type { LiveCell, LiveRun, LiveRunEvent, LiveRuns, Measured } from "./api/live.ts";
export type { ModelDetails, ModelEntry, ModelLayer, VariantDetails } from "./api/models.ts";
export type { PromptPreview, QuestionRow, QuestionSetEntry } from "./api/questions.ts";
export type {
  CellSummary,
  Flip,
  GenerationRow,
  RunDetails,
  RunResults,
  RunSamples,
  StoredFacts,
} from "./api/run-results.ts";
export { MENU_COMMANDS, type MenuCommand } from "./api/events.ts";
export { type Exported, type RunSummary, runSummarySchema } from "./api/runs.ts";
export type { Job } from "./api/variants.ts";
export { errorEnvelopeSchema };

/** Request name -> what it takes and what it gives. */
export const REQUESTS = Object.freeze({
  ...appRequests,
  ...modelRequests,
  ...questionRequests,
  ...variantRequests,
  ...benchRequests,
  ...runRequests,
  ...historyRequests,
  ...compareRequests,
  ...fileRequests,
});
export type RequestName = keyof typeof REQUESTS;
export type RequestInput<N extends RequestName> = z.input<(typeof REQUESTS)[N]["input"]>;
export type RequestArguments<N extends RequestName> = z.output<(typeof REQUESTS)[N]["input"]>;
export type RequestOutput<N extends RequestName> = z.output<(typeof REQUESTS)[N]["output"]>;

/** Event name -> payload. */
export const EVENTS = Object.freeze(events);
export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = z.output<(typeof EVENTS)[N]>;

/** What every request is answered with. */
export const replySchema = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorEnvelopeSchema }),
]);
export type Reply = z.output<typeof replySchema>;

/** The bridge as the pages see it, whichever transport is behind it. */
export interface LabBridge {
  request(name: string, input: unknown): Promise<Reply>;
  /** Calls back on every event of that name; returns the way to stop. */
  on(name: string, listener: (payload: unknown) => void): () => void;
  /** Desktop app only: the path of a File that the user dropped on the page, which may then be added. Null for any other. */
  droppedPath?(file: object): Promise<string | null>;
}

/** The functions behind the contract; core implements them once for every transport. */
export type Handlers = {
  readonly [N in RequestName]: (input: RequestArguments<N>) => RequestOutput<N> | Promise<RequestOutput<N>>;
};
