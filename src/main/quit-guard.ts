/** Asks before the window or the app goes while a run is measured. Hidden, the app goes on measuring. */
import { app, type BrowserWindow, dialog } from "electron";
import type { LabApp } from "#core/app/app.ts";
import { detach } from "#core/system/problems.ts";
import { userWindows } from "./window.ts";

const STAY = 0;
const HIDE = 1;
const STOP = 2;

export class QuitGuard {
  readonly #lab: Pick<LabApp, "busy" | "close">;
  /** Nothing goes on any more. */
  #settled = false;
  #asking = false;

  constructor(lab: Pick<LabApp, "busy" | "close">) {
    this.#lab = lab;
  }

  install(): void {
    app.on("before-quit", (event) => {
      if (this.#settled) return;
      const what = this.#lab.busy();
      if (what === null) return;
      event.preventDefault();
      detach(this.#ask(what), "The question before quitting could not be asked");
    });
  }

  guardWindow(window: BrowserWindow): void {
    window.on("close", (event) => {
      if (this.#settled) return;
      const what = this.#lab.busy();
      if (what === null) return;
      event.preventDefault();
      detach(this.#ask(what), "The question before quitting could not be asked");
    });
  }

  async #ask(what: string): Promise<void> {
    // A second press of the close button while the question is on screen asks nothing new.
    if (this.#asking) return;
    this.#asking = true;
    const { response } = await this.#show(what).finally(() => (this.#asking = false));
    if (response === HIDE) for (const window of userWindows()) window.hide();
    if (response !== STOP) return;
    await this.#lab.close();
    this.#settled = true;
    app.quit();
  }

  #show(what: string): ReturnType<typeof dialog.showMessageBox> {
    return dialog.showMessageBox({
      type: "question",
      title: "Quantscope",
      message: `Quit while ${what}?`,
      detail: "What was measured is stored, and a stopped run can be resumed.",
      buttons: ["Stay", "Go on in the background", "Stop and quit"],
      defaultId: STAY,
      cancelId: STAY,
      noLink: true,
    });
  }
}
