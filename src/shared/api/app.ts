/** The program itself: what it is, what this machine is, and what the pages want to find again after a restart. */
import { z } from "zod";
import { probeReportSchema } from "../providers/probe.ts";
import { environmentSchema } from "../results.ts";
import { bytes, nothing } from "./parts.ts";

/** `electron`: a window of the desktop app. `host`: a browser, through the loopback host. */
const TRANSPORTS = ["electron", "host"] as const;

const appInfoSchema = z.object({
  version: z.string(),
  commit: z.string().nullable(),
  /** The data folder. */
  home: z.string(),
  transport: z.enum(TRANSPORTS),
  /** Node's names: `linux`, `win32`, `darwin`; `x64`, `arm64`. */
  platform: z.string(),
  arch: z.string(),
  /** Versions by name: node, onnxruntime, and in the desktop app electron and chrome. */
  versions: z.record(z.string(), z.string()),
  /** Where false, dialog.* and app.openHome answer NOT_AVAILABLE: pages offer a path to type (folders.list) and a download. */
  nativeDialogs: z.boolean(),
  /** Why nothing can be stored, in words; null where everything can. */
  readOnly: z.string().nullable(),
});
export type AppInfo = z.output<typeof appInfoSchema>;

const systemSchema = z.object({
  environment: environmentSchema,
  home: z.string(),
  /** Of everything in the data folder. */
  homeBytes: bytes,
  /** Of what this program made there: variants of models. */
  variantBytes: bytes,
  /** Null where the system does not tell. */
  diskFreeBytes: bytes.nullable(),
  memoryFreeBytes: bytes,
  /** What works here, as last probed; null before the first time. */
  providers: probeReportSchema.nullable(),
  probing: z.boolean(),
  /** Why the last probe said nothing. */
  probeError: z.string().nullable(),
});
export type SystemSnapshot = z.output<typeof systemSchema>;

/** `bench.depth`: the page, a dot, what it keeps. */
const pageKeyInput = z
  .string()
  .max(64)
  .regex(/^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)*$/);
const pageValueInput = z.string().max(64 * 1024);

export const appRequests = {
  "app.info": { input: nothing, output: appInfoSchema },
  /** Shows the data folder in the system's file manager. NOT_AVAILABLE in a browser. */
  "app.openHome": { input: nothing, output: nothing },
  "system.snapshot": { input: nothing, output: systemSchema },
  /** Starts probing providers and formats; returns at once. `system.changed` tells when it is done. */
  "system.probe": { input: nothing, output: nothing },
  /** What pages have kept: key -> text (JSON, by habit). */
  "pages.restore": { input: nothing, output: z.object({ state: z.record(z.string(), z.string()) }) },
  /** Keeps a text until another takes its place; null removes it. BAD_REQUEST beyond 200 keys. */
  "pages.remember": {
    input: z.strictObject({ key: pageKeyInput, value: pageValueInput.nullable() }),
    output: nothing,
  },
} as const;
