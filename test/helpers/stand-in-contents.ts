/** What a stand-in's page tries beyond its own origin, put to the handlers that the app gave Electron (electron-stand-in.ts). */
import type { BrowserContext, Page, Route } from "playwright-core";
import { EventEmitter } from "node:events";

type WindowOpenHandler = (details: { url: string }) => { action: "allow" | "deny" };

/** Electron's webContents, as far as guards use it. */
export class StandInContents extends EventEmitter {
  /** Addresses that the page wanted to go to, or to open, and that the app's handlers refused; and those that they did not. */
  readonly refused: string[] = [];
  readonly left: string[] = [];
  #windowOpen: WindowOpenHandler = () => ({ action: "allow" });

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#windowOpen = handler;
  }

  /** Lets the app decide about everything in `context` that is not `own`, which `serve` answers. Nothing reaches the network. */
  async guard(context: BrowserContext, page: Page, own: string, serve: (route: Route) => Promise<void>): Promise<void> {
    // Of windows that the page opens: they have no frame yet when they ask for their address.
    await context.route("**", (route) => {
      const url = route.request().url();
      const { action } = this.#windowOpen({ url });
      (action === "deny" ? this.refused : this.left).push(`window ${url}`);
      return route.abort("aborted");
    });
    await page.route("**", (route) => {
      const asked = route.request();
      const url = asked.url();
      if (url.startsWith(own)) return serve(route);
      if (asked.isNavigationRequest()) this.#navigate(url, asked.frame() === page.mainFrame());
      else this.left.push(url);
      return route.abort("aborted");
    });
    context.on("page", (opened) => {
      if (opened !== page) void opened.close();
    });
  }

  /** As Electron: the main frame's event, and the one that is for every frame. */
  #navigate(url: string, isMain: boolean): void {
    const asked = { prevented: false };
    const details = { url, isMainFrame: isMain, preventDefault: () => (asked.prevented = true) };
    if (isMain) this.emit("will-navigate", details);
    this.emit("will-frame-navigate", details);
    (asked.prevented ? this.refused : this.left).push(url);
  }
}
