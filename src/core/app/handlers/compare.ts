import type { Handlers } from "#shared/api.ts";
import type { compareRequests } from "#shared/api/compare.ts";
import type { AppParts } from "../app.ts";

export function compareHandlers({ stored }: AppParts): Pick<Handlers, keyof typeof compareRequests> {
  return { "compare.show": (input) => stored.ask("compare.show", input) };
}
