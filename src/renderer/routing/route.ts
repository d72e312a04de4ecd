/** Where the window is: `#/result/RUN?cell=int4%40cpu` is a view, its parameters and its query. */

/** In the order of the rail; the number is the shortcut. */
export const VIEW_IDS = ["bench", "run", "result", "compare", "history", "models", "questions", "system"] as const;
export type ViewId = (typeof VIEW_IDS)[number];

export interface Route {
  readonly view: ViewId;
  readonly params: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Null where the hash names no view or cannot be read. */
export function parseRoute(hash: string): Route | null {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  let parts: string[];
  try {
    parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
  const [view, ...params] = parts;
  if (!isViewId(view)) return null;
  return { view, params, query: Object.fromEntries(new URLSearchParams(query)) };
}

export function routeHash({ view, params = [], query = {} }: Partial<Route> & Pick<Route, "view">): string {
  const path = [view, ...params].map(encodeURIComponent).join("/");
  const search = new URLSearchParams(query).toString();
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

function isViewId(text: string | undefined): text is ViewId {
  return text !== undefined && (VIEW_IDS as readonly string[]).includes(text);
}
