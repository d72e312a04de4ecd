/**
 * The one contract between the pages and the lab: every request and event by name, with schemas that both sides check.
 * Main (Electron IPC) and host (WebSocket) are thin adapters of it; a channel is named here and nowhere else.
 */
import { z } from "zod";
import { ERROR_CODES } from "./errors.ts";
import { RUN_STATUSES } from "./results.ts";

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

const appInfoSchema = z.object({ version: z.string(), home: z.string() });
export type AppInfo = z.output<typeof appInfoSchema>;

/** Request name -> what it takes and what it gives. */
export const REQUESTS = Object.freeze({
  "app.info": { input: z.strictObject({}), output: appInfoSchema },
  "runs.list": {
    input: z.strictObject({
      limit: z.number().int().min(1).max(500).default(100),
      offset: z.number().int().min(0).default(0),
    }),
    output: z.object({ total: z.number().int(), runs: z.array(runSummarySchema) }),
  },
});
export type RequestName = keyof typeof REQUESTS;
export type RequestInput<N extends RequestName> = z.input<(typeof REQUESTS)[N]["input"]>;
export type RequestArguments<N extends RequestName> = z.output<(typeof REQUESTS)[N]["input"]>;
export type RequestOutput<N extends RequestName> = z.output<(typeof REQUESTS)[N]["output"]>;

/** Event name -> payload. */
export const EVENTS = Object.freeze({
  "runs.changed": z.object({}),
});
export type EventName = keyof typeof EVENTS;
export type EventPayload<N extends EventName> = z.output<(typeof EVENTS)[N]>;

export const errorEnvelopeSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});

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
}

/** The functions behind the contract; core implements them once for every transport. */
export type Handlers = {
  readonly [N in RequestName]: (input: RequestArguments<N>) => RequestOutput<N> | Promise<RequestOutput<N>>;
};
