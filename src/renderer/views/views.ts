/** The frozen table of views. One appears in the rail as soon as it has a row here: it gets one when it works. */
import Blocks from "@lucide/svelte/icons/box";
import Compare from "@lucide/svelte/icons/git-compare-arrows";
import Bench from "@lucide/svelte/icons/flask-conical";
import History from "@lucide/svelte/icons/history";
import Questions from "@lucide/svelte/icons/list-checks";
import Result from "@lucide/svelte/icons/scale";
import Run from "@lucide/svelte/icons/activity";
import System from "@lucide/svelte/icons/cpu";
import type { Component } from "svelte";
import type { Route, ViewId } from "../routing/route.ts";
import { VIEW_IDS } from "../routing/route.ts";

/** What every view is given; the rest comes from stores (`useStore`). */
export interface ViewProps {
  readonly route: Route;
}

interface ViewName {
  readonly label: string;
  /** After `g`. */
  readonly letter: string;
  readonly icon: Component<{ size?: number | string }>;
}

export const VIEW_NAMES: Readonly<Record<ViewId, ViewName>> = Object.freeze({
  bench: { label: "Bench", letter: "b", icon: Bench },
  run: { label: "Run", letter: "r", icon: Run },
  result: { label: "Result", letter: "v", icon: Result },
  compare: { label: "Compare", letter: "c", icon: Compare },
  history: { label: "History", letter: "h", icon: History },
  models: { label: "Models", letter: "m", icon: Blocks },
  questions: { label: "Questions", letter: "q", icon: Questions },
  system: { label: "System", letter: "s", icon: System },
});

type Load = () => Promise<{ default: Component<ViewProps> }>;

/** The views that work. Each is loaded when it is first shown. A view may leave the props that it does not need undeclared. */
const LOADS: Readonly<Partial<Record<ViewId, () => Promise<{ default: Component<never> }>>>> = Object.freeze({
  result: () => import("./result/Result.svelte"),
  bench: () => import("./bench/Bench.svelte"),
  run: () => import("./run/Run.svelte"),
  compare: () => import("./compare/Compare.svelte"),
  history: () => import("./history/History.svelte"),
  models: () => import("./models/Models.svelte"),
  questions: () => import("./questions/Questions.svelte"),
  system: () => import("./system/System.svelte"),
});

interface View extends ViewName {
  readonly id: ViewId;
  readonly load: Load;
}

export const VIEWS: readonly View[] = Object.freeze(
  VIEW_IDS.flatMap((id) => (LOADS[id] ? [{ id, ...VIEW_NAMES[id], load: LOADS[id] as Load }] : [])),
);
