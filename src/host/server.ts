import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Handlers } from "#shared/api.ts";
import { servePage } from "./http.ts";
import { LOOPBACK, Session } from "./security.ts";
import { createSocketHub, type SocketHub } from "./socket.ts";

export interface HostOptions {
  readonly handlers: Handlers;
  /** Folder of the built pages. */
  readonly root: string;
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

/**
 * Serves the pages and the contract on the loopback interface only.
 * @throws Node's error with code EADDRINUSE or EACCES when the port cannot be had
 */
export async function startHost({ handlers, root, port: wanted, onEntered }: HostOptions): Promise<Host> {
  const session = new Session();
  const server = createServer();
  const port = (): number => (server.address() as AddressInfo).port;
  const url = (): string => `http://${LOOPBACK}:${port()}/?token=${session.token}`;
  const hub = createSocketHub(handlers, session, port);

  server.on("request", (request, response) => {
    void servePage(request, response, { root, port: port(), session, onEntered: () => onEntered?.(url()) });
  });
  server.on("upgrade", (request, socket, head) => {
    hub.upgrade(request, socket, head);
  });
  server.listen(wanted, LOOPBACK);
  await once(server, "listening");

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
