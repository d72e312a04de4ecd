/** Tells those who are not looking: progress on the taskbar, a notification at the end, a hidden window shown again. */
import { Notification } from "electron";
import type { EventPayload } from "#shared/api.ts";
import { assertNever } from "#shared/assert-never.ts";
import type { Events } from "#core/app/events.ts";
import type { RunStatus } from "#shared/results.ts";
import { userWindows } from "./window.ts";

/** What Electron takes for no bar, and for one that only moves. */
const NO_BAR = -1;
const MOVING_BAR = 2;

export function watchForUser(events: Events): void {
  let startedMs = 0;
  events.on((name, payload) => {
    if (name !== "run.event") return;
    const { event } = payload as EventPayload<"run.event">;
    if (event.type === "making") showProgress(event.bytesTotal === 0 ? MOVING_BAR : event.bytesDone / event.bytesTotal);
    else if (event.type === "started") startedMs = performance.now();
    else if (event.type === "progress") {
      const elapsedMs = performance.now() - startedMs;
      showProgress(event.remainingMs === null ? MOVING_BAR : elapsedMs / (elapsedMs + event.remainingMs));
    } else if (event.type === "ended") {
      showProgress(NO_BAR);
      sayEnded(event.status, event.error?.message ?? null);
    }
  });
}

function showProgress(share: number): void {
  for (const window of userWindows()) window.setProgressBar(share);
}

function sayEnded(status: RunStatus, problem: string | null): void {
  const windows = userWindows();
  // A window that was closed into the background comes back: nothing of this program runs unseen for ever.
  for (const window of windows) if (!window.isVisible()) window.showInactive();
  if (windows.some((window) => window.isFocused()) || !Notification.isSupported()) return;
  const notification = new Notification({ title: "Quantscope", body: problem ?? endText(status) });
  notification.on("click", () => {
    windows[0]?.show();
  });
  notification.show();
}

function endText(status: RunStatus): string {
  switch (status) {
    case "done":
      return "The run is done.";
    case "failed":
      return "The run has ended, and a cell failed.";
    case "cancelled":
      return "The run was cancelled.";
    case "running":
      return "The run goes on.";
    default:
      return assertNever(status);
  }
}
