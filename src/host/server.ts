import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Handlers } from "#shared/api.ts";
import type { Downloads } from "#core/app/files/downloads.ts";
import { noteProblem } from "#core/system/problems.ts";
import { servePage } from "./http.ts";
import { LOOPBACK, Session } from "./security.ts";
import { createSocketHub, type SocketHub } from "./socket.ts";

interface HostOptions {
  readonly handlers: Handlers;
  /** Folder of the built pages. */
  readonly root: string;
  /** Files that were made for a page; none without it. */
  readonly downloads?: Pick<Downloads, "find">;
  /** 0: any free port. */
  readonly port: number;
  /** The address was used by a browser; the next one wants this. */
  readonly onEntered?: (nextUrl: string) => void;
}

export interface Host {
  readonly port: number;
  /** The address that lets one browser in. */
  readonly url: string;
  readonly broadcast: SocketHub["broadcast"];
  close(): Promise<void>;
}

const NO_DOWNLOADS: Pick<Downloads, "find"> = { find: () => null };

/**
 * Serves the pages and the contract on the loopback interface only.
 * @throws Node's error with code EADDRINUSE or EACCES when the port cannot be had
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { handlers, root, downloads = NO_DOWNLOADS, port: wanted, onEntered } = options;
  const session = new Session();
  const server = createServer();
  const port = (): number => (server.address() as AddressInfo).port;
  const url = (): string => `http://${LOOPBACK}:${port()}/?token=${session.token}`;
  const hub = createSocketHub(handlers, session, port);

  server.on("request", (request, response) => {
    const options = { root, port: port(), session, downloads, onEntered: () => onEntered?.(url()) };
    servePage(request, response, options).catch((error: unknown) => {
      noteProblem("A page could not be served", error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  server.on("upgrade", (request, socket, head) => {
    hub.upgrade(request, socket, head);
  });
  server.listen(wanted, LOOPBACK);
  await once(server, "listening");
  // From here on it cannot end the program: too many open files, for one, refuse a connection and not the host.
  server.on("error", (error) => {
    noteProblem("A connection could not be accepted", error);
  });

  return {
    port: port(),
    get url() {
      return url();
    },
    broadcast: (name, payload) => {
      hub.broadcast(name, payload);
    },
    close: async () => {
      hub.close();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
