export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export interface Preferences {
  readonly theme: Theme;
  readonly railNarrow: boolean;
  /** Where the window was, as a hash. */
  readonly place: string;
  /** Where each view was last. */
  readonly places: Readonly<Record<string, string>>;
  /** One view's own, by the view's own key: a sorted column, a folded card. */
  readonly views: Readonly<Record<string, unknown>>;
}

export const DEFAULTS: Preferences = { theme: "system", railNarrow: false, place: "", places: {}, views: {} };

/** What was stored, as far as it still makes sense: an old or broken entry costs a preference, never the start. */
export function readPreferences(text: string | null): Preferences {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? "{}");
  } catch {
    return DEFAULTS;
  }
  const { theme, railNarrow, place, places, views } = Object(stored) as Record<string, unknown>;
  return {
    theme: THEMES.find((each) => each === theme) ?? DEFAULTS.theme,
    railNarrow: railNarrow === true,
    place: typeof place === "string" ? place : DEFAULTS.place,
    places: record(places, (value) => typeof value === "string") as Record<string, string>,
    views: record(views, () => true),
  };
}

function record(value: unknown, fits: (value: unknown) => boolean): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, each]) => fits(each)));
}
