/** The contract over one opened lab, one file per group of requests; and the one way in for requests from outside. */
import { type Handlers, REQUESTS, type Reply, type RequestName } from "#shared/api.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { inOurWords } from "#core/store/database.ts";
import type { AppParts } from "./app.ts";
import { appHandlers } from "./handlers/app.ts";
import { benchHandlers } from "./handlers/bench.ts";
import { compareHandlers } from "./handlers/compare.ts";
import { fileHandlers } from "./handlers/files.ts";
import { historyHandlers } from "./handlers/history.ts";
import { modelHandlers } from "./handlers/models.ts";
import { questionHandlers } from "./handlers/questions.ts";
import { runHandlers } from "./handlers/runs.ts";
import { variantHandlers } from "./handlers/variants.ts";

/** What main and host both serve. */
export function createHandlers(parts: AppParts): Handlers {
  return inWordsOfTheStore(parts.lab.db.name, {
    ...appHandlers(parts),
    ...modelHandlers(parts),
    ...questionHandlers(parts),
    ...variantHandlers(parts),
    ...benchHandlers(parts),
    ...runHandlers(parts),
    ...historyHandlers(parts),
    ...compareHandlers(parts),
    ...fileHandlers(parts),
  });
}

/** SQLite's failures name the file that it does not name itself. */
function inWordsOfTheStore(file: string, handlers: Handlers): Handlers {
  const named = Object.entries(handlers).map(([name, handler]) => [
    name,
    async (input: unknown) => {
      try {
        return await (handler as (value: unknown) => unknown)(input);
      } catch (error) {
        throw inOurWords(error, file);
      }
    },
  ]);
  return Object.fromEntries(named) as Handlers;
}

/** Longest part of a wrong name that is repeated to whoever sent it. */
const SHOWN_CHARACTERS = 80;

/** Answers one request from outside: name and arguments are checked, a failure becomes an envelope, nothing throws. */
export async function answer(handlers: Handlers, name: unknown, input: unknown): Promise<Reply> {
  try {
    if (typeof name !== "string" || !Object.hasOwn(REQUESTS, name)) {
      throw new LabError("BAD_REQUEST", `There is no request ${shown(name)}.`);
    }
    const known = name as RequestName;
    // The schema alone would take a Date or a Map, which Electron's IPC lets through, for an object without fields.
    if (!isPlain(input)) throw new LabError("BAD_REQUEST", `${name}: arguments: a plain object is expected.`);
    const parsed = REQUESTS[known].input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      throw new LabError("BAD_REQUEST", `${name}: ${issue.path.join(".") || "arguments"}: ${issue.message}.`);
    }
    const handler = handlers[known] as (value: unknown) => unknown;
    return { ok: true, value: await handler(parsed.data) };
  } catch (error) {
    return { ok: false, error: toEnvelope(error) };
  }
}

function isPlain(input: unknown): boolean {
  if (typeof input !== "object" || input === null) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

function shown(name: unknown): string {
  return typeof name === "string" ? JSON.stringify(name.slice(0, SHOWN_CHARACTERS)) : `that is a ${typeof name}`;
}
