import { parseRoute, type Route, routeHash, type ViewId } from "../routing/route.ts";
import type { PreferencesStore } from "./preferences.svelte.ts";

/** Where the window is. The hash is the truth: back, forward, links and a restart all go through it. */
export class RouterStore {
  route = $state.raw<Route>({ view: "history", params: [], query: {} });
  readonly #page: Pick<Window, "location" | "history">;
  readonly #preferences: PreferencesStore;
  readonly #known: readonly ViewId[];
  /** The address named no place: one that the lab remembers may still take over. */
  #undecided = false;

  /** @param known the views that work, in the rail's order; a hash of another one leads to the first */
  constructor(
    page: Pick<Window, "location" | "history" | "addEventListener">,
    preferences: PreferencesStore,
    known: readonly ViewId[],
  ) {
    this.#page = page;
    this.#preferences = preferences;
    this.#known = known;
    if (!this.#read(page.location.hash)) {
      const remembered = this.#read(preferences.all.place) !== null;
      page.history.replaceState(null, "", remembered ? preferences.all.place : routeHash({ view: known[0]! }));
      this.#undecided = !remembered;
    }
    this.#follow(false);
    page.addEventListener("hashchange", () => {
      this.#follow();
    });
  }

  /** To the remembered place, where the user has not yet gone to another. */
  restore(): void {
    const { place } = this.#preferences.all;
    // The event of a hash that was changed a moment ago may be still to come.
    const gone = this.#page.location.hash !== routeHash(this.route);
    if (!this.#undecided || gone || !this.#read(place)) return;
    this.#page.history.replaceState(null, "", place);
    this.#follow();
  }

  go(view: ViewId, params: readonly string[] = [], query: Readonly<Record<string, string>> = {}): void {
    this.#page.location.hash = routeHash({ view, params, query });
  }

  /** Changes the query in place: a filter is remembered, but back does not step through every letter of it. */
  setQuery(query: Readonly<Record<string, string>>): void {
    this.#page.history.replaceState(null, "", routeHash({ ...this.route, query }));
    this.#follow();
  }

  /** Where the rail's entry leads: where the view was last. */
  hrefOf(view: ViewId): string {
    const place = this.#preferences.all.places[view];
    return place !== undefined && parseRoute(place)?.view === view ? place : routeHash({ view });
  }

  #read(hash: string): Route | null {
    const route = parseRoute(hash);
    return route && this.#known.includes(route.view) ? route : null;
  }

  /** @param chosen false at the start, when nobody has gone anywhere yet */
  #follow(chosen = true): void {
    if (chosen) this.#undecided = false;
    const route = this.#read(this.#page.location.hash);
    if (!route) {
      this.#page.history.replaceState(null, "", routeHash(this.route));
      return;
    }
    this.route = route;
    if (!chosen) return;
    const place = routeHash(route);
    const { places } = this.#preferences.all;
    this.#preferences.set({ place, places: { ...places, [route.view]: place } });
  }
}
