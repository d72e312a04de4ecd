import { type Handlers, REQUESTS, type Reply, type RequestName } from "#shared/api.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { countRuns, listRuns } from "#core/store/read-run.ts";
import type { Lab } from "./open-lab.ts";
import { appVersion } from "#core/system/app-version.ts";

/** The contract over one opened lab: what main and host both serve. */
export function createHandlers(lab: Lab): Handlers {
  return {
    "app.info": () => ({ version: appVersion().version, home: lab.home }),
    "runs.list": ({ limit, offset }) => ({ total: countRuns(lab.db), runs: listRuns(lab.db, { limit, offset }) }),
  };
}

/** Answers one request from outside: name and arguments are checked, a failure becomes an envelope, nothing throws. */
export async function answer(handlers: Handlers, name: unknown, input: unknown): Promise<Reply> {
  try {
    if (typeof name !== "string" || !Object.hasOwn(REQUESTS, name)) {
      throw new LabError("BAD_REQUEST", `There is no request ${JSON.stringify(name)}.`);
    }
    const known = name as RequestName;
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
