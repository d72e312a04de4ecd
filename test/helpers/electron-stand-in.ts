/**
 * Electron's part of the app, played by Chromium, so that the built main and preload scripts run where Electron's binary
 * cannot be had. `require("electron")` and `import "electron"` give this; a BrowserWindow is a page whose requests the
 * app's own protocol handler answers, with the preload script in a context of its own. It proves the wiring; sandbox,
 * isolation and the asking for permissions are Electron's, and only Electron can prove them (test/e2e/electron.test.ts).
 */
import type { Browser, Page, Route } from "playwright-core";
import { fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { EVENTS } from "#shared/api.ts";
import { StandInContents } from "./stand-in-contents.ts";

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
  "Notification",
  "protocol",
  "session",
  "shell",
  "utilityProcess",
  "webContents",
];

/** As much of a menu item as a test presses. */
export interface StandInMenuItem {
  readonly id?: string;
  readonly label?: string;
  readonly submenu?: StandInMenuItem[];
  readonly click?: () => void;
}

/** A utility process, played by a forked Node: the worker talks to either. */
function standInFork(file: string, _args: readonly string[], { env }: { env: NodeJS.ProcessEnv }): EventEmitter {
  const stdio = ["ignore", "ignore", "pipe", "ipc"] as const;
  const child = fork(file, [], { serialization: "advanced", stdio: [...stdio], execArgv: [], env });
  return Object.assign(new EventEmitter(), {
    pid: child.pid,
    stderr: child.stderr,
    postMessage: (message: never) => child.send(message),
    kill: () => child.kill("SIGKILL"),
    on: (event: string, listener: (...parameters: unknown[]) => void) => child.on(event, listener),
    once: (event: string, listener: (...parameters: unknown[]) => void) => child.once(event, listener),
  });
}

/** What the app asks of Electron's printing. */
interface PrintOptions {
  readonly pageSize: string;
  readonly margins: Readonly<Record<"top" | "bottom" | "left" | "right", number>>;
  readonly printBackground: boolean;
  readonly displayHeaderFooter: boolean;
  readonly headerTemplate: string;
  readonly footerTemplate: string;
}

/** The same for Chromium through Playwright. */
export function chromiumOptions({ pageSize, margins, ...same }: PrintOptions): Parameters<Page["pdf"]>[0] {
  const { printBackground, displayHeaderFooter, headerTemplate, footerTemplate } = same;
  const margin = Object.fromEntries(Object.entries(margins).map(([side, inches]) => [side, `${inches}in`]));
  return {
    ...{ format: pageSize, margin, printBackground, displayHeaderFooter, headerTemplate, footerTemplate },
    ...{ tagged: true, outline: true },
  };
}

export class ElectronStandIn {
  readonly app = new EventEmitter();
  readonly pages: Page[] = [];
  readonly options: Record<string, unknown>[] = [];
  readonly paths = new Map<string, string>();
  /** What the app appended to Chromium's command line, with their values. */
  readonly switches = new Map<string, string | undefined>();
  /** Whether each session, in the order of their making, checks spelling; it does until the app says no. */
  readonly spellCheckers: boolean[] = [];
  /** What the app said and did before a window: "enableSandbox", "showErrorBox: TITLE", "exit: 4". */
  readonly log: string[] = [];
  /** Shares that the taskbar was told; -1 for none. */
  readonly progress: number[] = [];
  readonly menu: StandInMenuItem[] = [];
  /** Of every window, in their order. */
  readonly contents: StandInContents[] = [];
  /** What a page gets that asks for a permission, in whichever of Electron's ways; true until the app says no. */
  readonly permissions: Record<"request" | "check" | "device", (permission: string) => boolean> = {
    request: () => true,
    check: () => true,
    device: () => true,
  };
  /** What the user does with the next dialogs. */
  readonly answers: { messageBox: number; open: string | null; save: string | null } = {
    messageBox: 0,
    open: null,
    save: null,
  };
  readonly #browser: Browser;
  readonly #handlers = new Map<string, Handler>();
  readonly #renderers: EventEmitter[] = [];
  readonly #windows: object[] = [];
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

  /** A message on a channel of the app's from a frame of the test's choice, as another page's would come. */
  send(channel: string, senderFrame: { url: string; parent: object | null } | null, ...parameters: unknown[]): unknown {
    return this.#handlers.get(channel)!({ senderFrame }, ...structuredClone(parameters));
  }

  /** The app's own answer to a request for its scheme. */
  fetch(url: string, method = "GET"): Promise<Response> {
    return this.#serve!(new Request(url, { method }));
  }

  /** How many there are now, whether anybody sees them or not. */
  windows(): number {
    return this.#windows.length;
  }

  /** What Electron does when the last window is closed and the app quits. */
  async quit(): Promise<void> {
    await Promise.all(this.pages.map((page) => page.context().close()));
    this.app.emit("window-all-closed");
  }

  async #open(preload: string, url: string, renderer: EventEmitter, contents: StandInContents): Promise<void> {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    this.pages.push(page);
    await contents.guard(context, page, ORIGIN, (route) => this.#answer(route));
    const bridge = this.#runPreload(preload, url, renderer);
    await page.exposeFunction("standInRequest", bridge.request);
    const names = Object.keys(EVENTS);
    for (const name of names) {
      bridge.on(name, (payload) => {
        // A page that is closing hears no more.
        void page.evaluate(`standInEvent(${JSON.stringify([name, payload])})`).catch(() => undefined);
      });
    }
    await page.addInitScript(`{
      const listeners = new Map(${JSON.stringify(names)}.map((name) => [name, new Set()]));
      window.standInEvent = ([name, payload]) => listeners.get(name).forEach((listener) => listener(payload));
      window.lab = Object.freeze({
        request: window.standInRequest,
        on: (name, listener) => {
          listeners.get(name).add(listener);
          return () => { listeners.get(name).delete(listener); };
        },
        droppedPath: () => Promise.resolve(null),
      });
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
      webUtils: { getPathForFile: () => "" },
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
    const { app, log, options, paths, switches, spellCheckers, contents, permissions } = this;
    const renderers = this.#renderers;
    const windows = this.#windows;
    const { progress, answers, menu } = this;
    const open = this.#open.bind(this);
    const browser = this.#browser;
    class BrowserWindow extends EventEmitter {
      static getAllWindows = (): object[] => windows;
      static getFocusedWindow = (): null => null;
      readonly #preload: string;
      readonly #contents = new StandInContents();
      readonly #scripts: boolean;
      #paper: Page | null = null;
      readonly webContents = {
        printToPDF: (asked: PrintOptions): Promise<Buffer> => this.#paper!.pdf(chromiumOptions(asked)),
      };
      constructor(given: { webPreferences: { preload: string; javascript?: boolean } }) {
        super();
        windows.push(this);
        options.push(given);
        this.#preload = given.webPreferences.preload;
        this.#scripts = given.webPreferences.javascript !== false;
        contents.push(this.#contents);
        app.emit("web-contents-created", {}, this.#contents);
      }
      loadURL(url: string): Promise<void> {
        const renderer = new EventEmitter();
        renderers.push(renderer);
        return open(this.#preload, url, renderer, this.#contents);
      }
      async loadFile(file: string): Promise<void> {
        const context = await browser.newContext({ javaScriptEnabled: this.#scripts });
        this.#paper = await context.newPage();
        await this.#paper.goto(pathToFileURL(file).href);
      }
      destroy(): void {
        windows.splice(windows.indexOf(this), 1);
        void this.#paper?.context().close();
      }
      setProgressBar(share: number): void {
        progress.push(share);
      }
      isVisible = (): boolean => true;
      isFocused = (): boolean => true;
      isMinimized = (): boolean => false;
      focus = (): void => undefined;
      show = (): void => undefined;
    }
    const nothing = (): void => undefined;
    const makeSession = (): void => {
      const index = spellCheckers.push(true) - 1;
      app.emit("session-created", { setSpellCheckerEnabled: (enable: boolean) => (spellCheckers[index] = enable) });
    };
    return {
      BrowserWindow,
      app: Object.assign(app, {
        enableSandbox: () => log.push("enableSandbox"),
        requestSingleInstanceLock: () => true,
        commandLine: { appendSwitch: (name: string, value?: string) => switches.set(name, value) },
        setPath: (name: string, path: string) => paths.set(name, path),
        whenReady: () => {
          makeSession();
          return Promise.resolve();
        },
        quit: () => {
          const quitting = { prevented: false };
          app.emit("before-quit", { preventDefault: () => (quitting.prevented = true) });
          if (!quitting.prevented) app.emit("will-quit");
        },
        exit: (code: number) => log.push(`exit: ${code}`),
        isPackaged: true,
        getPath: (name: string) => `/${name}`,
        setAboutPanelOptions: nothing,
        showAboutPanel: () => log.push("showAboutPanel"),
      }),
      dialog: {
        showErrorBox: (title: string) => log.push(`showErrorBox: ${title}`),
        showMessageBox: ({ message }: { message: string }) => {
          log.push(`showMessageBox: ${message}`);
          return Promise.resolve({ response: answers.messageBox });
        },
        showOpenDialog: () => Promise.resolve({ canceled: answers.open === null, filePaths: [answers.open] }),
        showSaveDialog: () => Promise.resolve({ canceled: answers.save === null, filePath: answers.save }),
      },
      shell: { openPath: () => Promise.resolve("") },
      Notification: Object.assign(EventEmitter, { isSupported: () => false }),
      utilityProcess: { fork: standInFork },
      ipcMain: { handle: (channel: string, handler: Handler) => this.#handlers.set(channel, handler) },
      Menu: {
        buildFromTemplate: (template: StandInMenuItem[]) => menu.push(...template),
        setApplicationMenu: nothing,
      },
      nativeTheme: { shouldUseDarkColors: false },
      protocol: {
        registerSchemesAsPrivileged: () => log.push("registerSchemesAsPrivileged"),
        handle: (_scheme: string, serve: (request: Request) => Promise<Response>) => (this.#serve = serve),
      },
      session: {
        defaultSession: {
          setPermissionRequestHandler: (handle: (...parameters: unknown[]) => void) => {
            permissions.request = (permission) => {
              let granted = true;
              handle({}, permission, (answer: boolean) => (granted = answer));
              return granted;
            };
          },
          setPermissionCheckHandler: (handle: (...parameters: unknown[]) => boolean) => {
            permissions.check = (permission) => handle({}, permission);
          },
          setDevicePermissionHandler: (handle: (details: object) => boolean) => {
            permissions.device = (deviceType) => handle({ deviceType });
          },
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
