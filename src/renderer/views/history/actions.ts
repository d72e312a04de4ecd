/** What is done to runs from their list, with the words that tell of it. */
import type { HistoryRun } from "#shared/api.ts";
import { plural } from "#shared/format-numbers.ts";
import type { App } from "../../stores/app.ts";
import type { HistoryStore } from "../../stores/history.svelte.ts";
import { cellsText, cellsToCompare } from "./query.ts";

type Parts = Pick<App, "router" | "toasts">;

/** Hides runs at once, with the way back in a message. Returns whether anything went. */
export async function deleteRuns({ toasts }: Parts, history: HistoryStore, ids: readonly string[]): Promise<boolean> {
  try {
    const { ids: gone, busy } = await history.delete(ids);
    const left =
      busy === 0
        ? {}
        : { message: `${plural(busy, "run")} that ${busy === 1 ? "waits or is" : "wait or are"} measured stayed.` };
    if (gone.length === 0) {
      toasts.show({ title: "No run was deleted", ...left });
      return false;
    }
    toasts.show({
      kind: "done",
      title: `${plural(gone.length, "run")} deleted`,
      ...left,
      action: { label: "Undo", run: () => void restore({ toasts }, history, gone) },
    });
    return true;
  } catch (error) {
    toasts.failed("The runs were not deleted", error);
    return false;
  }
}

async function restore(
  { toasts }: Pick<Parts, "toasts">,
  history: HistoryStore,
  ids: readonly string[],
): Promise<void> {
  try {
    const count = await history.restore(ids);
    if (count < ids.length) {
      const message = `${plural(ids.length - count, "run")} had gone for good by then.`;
      toasts.show({ title: `${plural(count, "run")} restored`, message });
    } else toasts.show({ kind: "done", title: `${plural(count, "run")} restored` });
  } catch (error) {
    toasts.failed("The runs were not restored", error);
  }
}

/** Queues the same experiments again; what cannot be is told by name. */
export async function rerunAll(
  { router, toasts }: Parts,
  history: HistoryStore,
  ids: readonly string[],
): Promise<void> {
  try {
    const { started, refused } = await history.rerun(ids);
    const [first] = refused;
    if (first) {
      const more = refused.length > 1 ? ` ${refused.length - 1} more were refused.` : "";
      toasts.show({
        kind: "failed",
        title: `"${first.name}" was not queued`,
        message: `${first.error.message}${more}`,
      });
    }
    if (started.length === 0) return;
    toasts.show({
      kind: "done",
      title: `${plural(started.length, "run")} queued`,
      message: "With the versions that are installed now.",
      action: {
        label: "Show",
        run: () => {
          router.go("run");
        },
      },
    });
  } catch (error) {
    toasts.failed("Nothing was queued", error);
  }
}

export function compareRuns({ router }: Parts, runs: readonly Pick<HistoryRun, "id" | "kinds">[]): void {
  router.go("compare", [], { cells: cellsText(cellsToCompare(runs)) });
}
