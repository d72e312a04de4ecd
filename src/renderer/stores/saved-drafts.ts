/** The last choice for each model, as text in the lab's store of page values. */
import type { Draft } from "../views/bench/draft.ts";

export const KEPT_KEY = "bench.choices";
/** The store takes 64 Ki characters a value. */
const MOST_CHARACTERS = 60_000;
const MOST_MODELS = 20;

export interface KeptDrafts {
  /** The model that was shown last. */
  readonly last: string | null;
  /** By model, the last used last. */
  readonly drafts: Readonly<Record<string, Draft>>;
}

export const NOTHING_KEPT: KeptDrafts = { last: null, drafts: {} };

/** What of it still looks like drafts: an old or broken entry costs a choice, never the page. */
export function readKept(text: string | undefined): KeptDrafts {
  try {
    const { last, drafts } = JSON.parse(text ?? "{}") as { last?: unknown; drafts?: unknown };
    if (typeof drafts !== "object" || drafts === null) return NOTHING_KEPT;
    const sound = Object.entries(drafts as Record<string, unknown>).filter(([, draft]) => isDraft(draft));
    return { last: typeof last === "string" ? last : null, drafts: Object.fromEntries(sound) as Record<string, Draft> };
  } catch {
    return NOTHING_KEPT;
  }
}

/** With one more; the oldest go where there are too many. */
export function keepDraft({ drafts }: KeptDrafts, model: string, draft: Draft): KeptDrafts {
  const others = Object.entries(drafts).filter(([name]) => name !== model);
  let entries = [...others, [model, draft] as const].slice(-MOST_MODELS);
  while (entries.length > 1 && JSON.stringify(entries).length > MOST_CHARACTERS) entries = entries.slice(1);
  return { last: model, drafts: Object.fromEntries(entries) };
}

export function withoutDraft({ last, drafts }: KeptDrafts, model: string): KeptDrafts {
  return { last, drafts: Object.fromEntries(Object.entries(drafts).filter(([name]) => name !== model)) };
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { spec, parked } = value as { spec?: Record<string, unknown>; parked?: unknown };
  const { cells, passes, model } = spec ?? {};
  return (
    typeof parked === "object" &&
    parked !== null &&
    Array.isArray(cells) &&
    typeof passes === "object" &&
    passes !== null &&
    typeof model === "string"
  );
}
