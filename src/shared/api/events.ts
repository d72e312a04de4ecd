import { z } from "zod";
import { runEventSchema } from "./live.ts";
import { jobSchema } from "./variants.ts";

/** What the desktop app's menu asks of a page; each is a page of the left rail, or something that a page does. */
export const MENU_COMMANDS = [
  "view.bench",
  "view.run",
  "view.result",
  "view.compare",
  "view.history",
  "view.models",
  "view.questions",
  "view.system",
  "models.add",
  "questions.add",
  "runs.import",
  "run.start",
  "run.cancel",
  "result.export",
  "palette.open",
] as const;
export type MenuCommand = (typeof MENU_COMMANDS)[number];

/** Something is not as it was: ask again. */
const changed = z.object({});

/** Event name -> payload. */
export const events = {
  /** A run was stored, ended, renamed or deleted, or the queue changed. */
  "runs.changed": changed,
  "run.event": z.object({ id: z.string(), event: runEventSchema }),
  "models.changed": changed,
  "questions.changed": changed,
  /** A job as it is now: queued, on its way, done, failed or cancelled. */
  "job.changed": z.object({ job: jobSchema }),
  "system.changed": changed,
  /** Something failed that no request asked for; `file` holds the details, null where they could not be written. */
  "problem.noted": z.object({ message: z.string(), file: z.string().nullable() }),
  "menu.chosen": z.object({ command: z.enum(MENU_COMMANDS) }),
} as const;
