/**
 * Electron's part of the app, played by Chromium, so that the built main and preload scripts run where Electron's binary
 * cannot be had. `require("electron")` and `import "electron"` give this; a BrowserWindow is a page whose requests the
 * app's own protocol handler answers, with the preload script in a context of its own. It proves the wiring; sandbox,
 * isolation and permissions are Electron's, and only Electron can prove them (test/e2e/electron.test.ts).
 */
import type { Browser, Page, Route } from "playwright-core";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { runInNewContext } from "node:vm";

type Handler = (...parameters: unknown[]) => unknown;
type Bridge = { request: Handler; on: (name: string, listener: (payload: unknown) => void) => () => void };

/** The app's scheme is not Chromium's: in the browser its origin is this one. */
const ORIGIN = "http://app.test/";
const APP = "lab://app/";
const NAMES = [
  "app",
  "BrowserWindow",
  "dialog",
  "ipcMain",
  "Menu",
  "nativeTheme",
  "protocol",
  "session",
  "webContents",
];

export class ElectronStandIn {
  readonly app = new EventEmitter();
  readonly pages: Page[] = [];
  readonly options: Record<string, unknown>[] = [];
  readonly paths = new Map<string, string>();
  /** What the app said and did before a window: "enableSandbox", "showErrorBox: TITLE", "exit: 4". */
  readonly log: string[] = [];
  readonly #browser: Browser;
  readonly #handlers = new Map<string, Handler>();
  readonly #renderers: EventEmitter[] = [];
  #serve: ((request: Request) => Promise<Response>) | null = null;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts a built main script; resolves with its first page once that has loaded. */
  async start(main: string, argv: readonly string[]): Promise<Page> {
    const electron = this.#modules();
    (globalThis as Record<string, unknown>).electronStandIn = electron;
    const source = NAMES.map((name) => `export const ${name} = globalThis.electronStandIn.${name};`).join("\n");
    const hooks = registerHooks({
      resolve: (specifier, context, next) =>
        specifier === "electron" ? { url: "stand-in:electron", shortCircuit: true } : next(specifier, context),
      load: (url, context, next) =>
        url === "stand-in:electron" ? { format: "module", source, shortCircuit: true } : next(url, context),
    });
    const { argv: before } = process;
    process.argv = [before[0]!, ".", ...argv];
    const loaded = once(this.app, "stand-in-loaded") as Promise<[Page]>;
    // Not import(): the test runner would take that over.
    createRequire(import.meta.url)(main);
    process.argv = before;
    hooks.deregister();
    return (await loaded)[0];
  }

  /** What Electron does when the last window is closed and the app quits. */
  async quit(): Promise<void> {
    await Promise.all(this.pages.map((page) => page.context().close()));
    this.app.emit("window-all-closed");
  }

  async #open(preload: string, url: string, renderer: EventEmitter): Promise<void> {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    this.pages.push(page);
    await page.route(`${ORIGIN}**`, (route) => this.#answer(route));
    const bridge = this.#runPreload(preload, url, renderer);
    await page.exposeFunction("standInRequest", bridge.request);
    bridge.on("runs.changed", (payload) => void page.evaluate(`standInEvent(${JSON.stringify(payload)})`));
    await page.addInitScript(`{
      const listeners = new Set();
      window.standInEvent = (payload) => listeners.forEach((listener) => listener(payload));
      window.lab = Object.freeze({ request: window.standInRequest, on: (_name, listener) => { listeners.add(listener); } });
    }`);
    await page.goto(url.replace(APP, ORIGIN));
    this.app.emit("stand-in-loaded", page);
  }

  async #answer(route: Route): Promise<void> {
    const asked = route.request();
    const url = asked.url().replace(ORIGIN, APP);
    const response = await this.#serve!(new Request(url, { method: asked.method() }));
    const body = Buffer.from(await response.arrayBuffer());
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  }

  #runPreload(file: string, url: string, renderer: EventEmitter): Bridge {
    const exposed: Record<string, Bridge> = {};
    const senderFrame = { url, parent: null };
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, api: Bridge) => (exposed[name] = api) },
      ipcRenderer: {
        invoke: (channel: string, ...parameters: unknown[]) =>
          this.#handlers.get(channel)!({ senderFrame }, ...structuredClone(parameters)),
        on: (channel: string, listener: (...parameters: unknown[]) => void) => renderer.on(channel, listener),
        removeListener: (channel: string, listener: (...parameters: unknown[]) => void) =>
          renderer.off(channel, listener),
      },
    };
    const require = (name: string): unknown => {
      if (name !== "electron") throw new Error(`a sandboxed preload script cannot require ${name}`);
      return electron;
    };
    runInNewContext(readFileSync(file, "utf8"), { require, exports: {}, module: { exports: {} } });
    if (Object.keys(exposed).join() !== "lab")
      throw new Error(`the preload script exposed ${Object.keys(exposed).join()}`);
    return exposed.lab!;
  }

  #modules(): Record<string, unknown> {
    const { app, log, options, paths } = this;
    const renderers = this.#renderers;
    const open = this.#open.bind(this);
    class BrowserWindow extends EventEmitter {
      static getAllWindows = (): BrowserWindow[] => [];
      readonly #preload: string;
      constructor(given: { webPreferences: { preload: string } }) {
        super();
        options.push(given);
        this.#preload = given.webPreferences.preload;
      }
      loadURL(url: string): Promise<void> {
        const renderer = new EventEmitter();
        renderers.push(renderer);
        return open(this.#preload, url, renderer);
      }
    }
    const nothing = (): void => undefined;
    return {
      BrowserWindow,
      app: Object.assign(app, {
        enableSandbox: () => log.push("enableSandbox"),
        requestSingleInstanceLock: () => true,
        setPath: (name: string, path: string) => paths.set(name, path),
        whenReady: () => Promise.resolve(),
        quit: () => app.emit("will-quit"),
        exit: (code: number) => log.push(`exit: ${code}`),
      }),
      dialog: { showErrorBox: (title: string) => log.push(`showErrorBox: ${title}`) },
      ipcMain: { handle: (channel: string, handler: Handler) => this.#handlers.set(channel, handler) },
      Menu: { buildFromTemplate: nothing, setApplicationMenu: nothing },
      nativeTheme: { shouldUseDarkColors: false },
      protocol: {
        registerSchemesAsPrivileged: () => log.push("registerSchemesAsPrivileged"),
        handle: (_scheme: string, serve: (request: Request) => Promise<Response>) => (this.#serve = serve),
      },
      session: {
        defaultSession: {
          setPermissionRequestHandler: nothing,
          setPermissionCheckHandler: nothing,
          setDevicePermissionHandler: nothing,
        },
      },
      webContents: {
        getAllWebContents: () =>
          renderers.map((renderer) => ({
            getURL: () => APP,
            send: (channel: string, ...parameters: unknown[]) => renderer.emit(channel, {}, ...parameters),
          })),
      },
    };
  }
}
