/**
 * What src/main imports as "electron", over an Electron of 2021: only what that one lacks or calls otherwise is put in its
 * present shape. For the wiring test alone (README.md); nothing of the product knows of it.
 */
import * as electron from "electron";

const { app, BrowserWindow, nativeTheme, session, webContents } = electron;
export { app, BrowserWindow, nativeTheme, session, webContents };

type Listener = (...parameters: unknown[]) => unknown;
interface OldContents {
  on(name: string, listener: Listener): unknown;
  setWindowOpenHandler?: () => void;
}

// Before the app's own listener, so that it finds contents in their present shape.
app.on("web-contents-created", (_event, created) => {
  const contents = created as unknown as OldContents;
  const on = contents.on.bind(contents);
  // Electron 9 gives the address beside the event, not in it.
  contents.on = (name, listener) =>
    name.startsWith("will-")
      ? on(name, (event, url) => listener(Object.assign(event as object, { url })))
      : on(name, listener);
  contents.setWindowOpenHandler = () => undefined;
});
app.on("ready", () => {
  Object.assign(session.defaultSession, { setDevicePermissionHandler: () => undefined });
});

/** Electron 9 tells the sender's page, not its frame. */
export const ipcMain = {
  handle: (channel: string, listener: Listener): void => {
    electron.ipcMain.handle(channel, (event, ...parameters) => {
      const senderFrame = { url: event.sender.getURL(), parent: null };
      return listener({ senderFrame }, ...(parameters as unknown[]));
    });
  },
};

interface OldProtocol {
  registerBufferProtocol(
    scheme: string,
    serve: (asked: { url: string; method: string }, callback: (answer: object) => void) => void,
  ): void;
}

export const protocol = {
  registerSchemesAsPrivileged: (schemes: electron.CustomScheme[]): void => {
    electron.protocol.registerSchemesAsPrivileged(schemes);
  },
  handle: (scheme: string, serve: (asked: { url: string; method: string }) => Promise<Answer>): void => {
    (electron.protocol as unknown as OldProtocol).registerBufferProtocol(scheme, (asked, callback) => {
      void serve(asked).then(({ body, status, headers }) => {
        const mimeType = headers["content-type"]?.split(";")[0];
        callback({ data: Buffer.from(body ?? []), statusCode: status, mimeType, headers });
      });
    });
  },
};

/** As much of fetch's Response as serving a file needs. */
class Answer {
  readonly body: Uint8Array | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: Uint8Array | null, { status = 200, headers = {} }: Partial<Pick<Answer, "status" | "headers">>) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

// What Node 12 lacks.
Object.assign(globalThis, { Response: Answer });
Object.assign(URL, { parse });
Object.assign(Object, { hasOwn: (of: object, key: PropertyKey) => Object.prototype.hasOwnProperty.call(of, key) });
