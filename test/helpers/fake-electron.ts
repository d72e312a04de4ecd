/** What src/main uses of Electron, recorded. Given to vi.mock("electron"); test/helpers/electron-stand-in.ts runs the build. */
import { EventEmitter } from "node:events";
import { vi } from "vitest";

export class FakeWindow extends EventEmitter {
  static all: FakeWindow[] = [];
  static getAllWindows = (): FakeWindow[] => FakeWindow.all;
  static getFocusedWindow = (): FakeWindow | null => FakeWindow.all.find(({ focused }) => focused) ?? null;
  readonly loadURL = vi.fn(() => Promise.resolve());
  readonly loadFile = vi.fn<(file: string) => Promise<void>>(() => Promise.resolve());
  readonly webContents = {
    printToPDF: vi.fn<(options: object) => Promise<Buffer>>(() => Promise.resolve(Buffer.from("%PDF-1.4"))),
  };
  readonly destroy = vi.fn(() => {
    FakeWindow.all = FakeWindow.all.filter((window) => window !== this);
  });
  readonly show = vi.fn(() => {
    this.visible = true;
  });
  readonly showInactive = vi.fn(() => {
    this.visible = true;
  });
  readonly hide = vi.fn(() => {
    this.visible = false;
  });
  readonly setProgressBar = vi.fn();
  readonly focus = vi.fn();
  readonly restore = vi.fn();
  readonly options: Record<string, unknown>;
  minimized = false;
  visible = true;
  focused = false;

  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    FakeWindow.all.push(this);
  }

  isMinimized(): boolean {
    return this.minimized;
  }

  isVisible(): boolean {
    return this.visible;
  }

  isFocused(): boolean {
    return this.focused;
  }
}

export class FakeContents extends EventEmitter {
  readonly send = vi.fn();
  readonly setWindowOpenHandler = vi.fn();

  readonly url: string;

  constructor(url = "lab://app/") {
    super();
    this.url = url;
  }

  getURL(): string {
    return this.url;
  }
}

export class FakeNotification extends EventEmitter {
  static all: FakeNotification[] = [];
  static isSupported = (): boolean => true;
  readonly show = vi.fn();
  readonly options: { body: string };

  constructor(options: { body: string }) {
    super();
    this.options = options;
    FakeNotification.all.push(this);
  }
}

/** A utility process that does what the test says. */
export class FakeUtilityProcess extends EventEmitter {
  static all: FakeUtilityProcess[] = [];
  readonly stderr = new EventEmitter();
  readonly postMessage = vi.fn();
  readonly kill = vi.fn();
  readonly file: string;
  readonly options: { readonly env?: NodeJS.ProcessEnv };
  pid: number | undefined;

  constructor(file: string, options: { readonly env?: NodeJS.ProcessEnv } = {}) {
    super();
    this.file = file;
    this.options = options;
    FakeUtilityProcess.all.push(this);
  }
}

type Handler = (...parameters: unknown[]) => unknown;

export const recorded = {
  ipc: new Map<string, Handler>(),
  protocols: new Map<string, (request: Request) => Promise<Response>>(),
  privileged: [] as unknown[],
  contents: [] as FakeContents[],
  paths: new Map<string, string>(),
  switches: new Map<string, string | undefined>(),
};

export const app = new EventEmitter();
export const electron = {
  app: Object.assign(app, {
    commandLine: {
      appendSwitch: (name: string, value?: string) => recorded.switches.set(name, value),
    },
    setPath: (name: string, path: string) => recorded.paths.set(name, path),
    whenReady: () => Promise.resolve(),
    exit: vi.fn(),
    quit: vi.fn(),
    isPackaged: false,
    getPath: (name: string) => `/${name}`,
    setAboutPanelOptions: vi.fn(),
    showAboutPanel: vi.fn(),
  }),
  dialog: { showErrorBox: vi.fn(), showMessageBox: vi.fn(), showOpenDialog: vi.fn(), showSaveDialog: vi.fn() },
  shell: { openPath: vi.fn() },
  Notification: FakeNotification,
  utilityProcess: {
    fork: (file: string, _args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv }) =>
      new FakeUtilityProcess(file, options),
  },
  session: {
    defaultSession: {
      setPermissionRequestHandler: vi.fn(),
      setPermissionCheckHandler: vi.fn(),
      setDevicePermissionHandler: vi.fn(),
    },
  },
  BrowserWindow: FakeWindow,
  nativeTheme: { shouldUseDarkColors: true },
  ipcMain: { handle: (channel: string, handler: Handler) => recorded.ipc.set(channel, handler) },
  webContents: { getAllWebContents: () => recorded.contents },
  protocol: {
    registerSchemesAsPrivileged: (schemes: unknown[]) => recorded.privileged.push(...schemes),
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
      recorded.protocols.set(scheme, handler),
  },
  Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: vi.fn((template: unknown) => template) },
};
