/** The contract over WebSocket: `{id, name, input}` is answered with `{id, reply}`; an event is `{event, payload}`. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { answer } from "#core/app/handlers.ts";
import { detach } from "#core/system/problems.ts";
import type { EventName, EventPayload, Handlers } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { hostAllowed, hostOf, originAllowed, type Session } from "./security.ts";

/** A question set of the largest size that is taken, as base64, with its request around it. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A page that reads nothing for so long is dropped; it connects again and asks how things are. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const CLOSE_GRACE_MS = 500;

const frameSchema = z.object({ id: z.number().int(), name: z.unknown(), input: z.unknown() });

export interface SocketHub {
  /** Takes over a connection that wants to be a WebSocket, or ends it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every open page. */
  broadcast<N extends EventName>(name: N, payload: EventPayload<N>): void;
  close(): void;
}

export function createSocketHub(handlers: Handlers, session: Session, port: () => number): SocketHub {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  sockets.on("connection", (socket) => {
    // ws reports a message that is too large, or no WebSocket at all, here and then closes: nothing is left to do.
    socket.on("error", () => undefined);
    socket.on("message", (data) => {
      detach(serve(handlers, socket, data), "A page's request could not be answered");
    });
  });
  return {
    upgrade: (request, socket, head) => {
      const status = refusal(request, session, port());
      // Whoever is refused may reset the connection while it is told so.
      socket.on("error", () => {
        socket.destroy();
      });
      if (status) {
        // Nobody reads it any more, so that its end would never be seen: it is closed when all is said.
        socket.resume();
        socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
    },
    broadcast: (event, payload) => {
      const message = JSON.stringify({ event, payload });
      for (const socket of sockets.clients) {
        if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
        else send(socket, message);
      }
    },
    close: () => {
      for (const socket of sockets.clients) {
        socket.close(1001);
        // A browser that sleeps answers no closing handshake.
        const late = setTimeout(() => {
          socket.terminate();
        }, CLOSE_GRACE_MS);
        socket.once("close", () => {
          clearTimeout(late);
        });
      }
      sockets.close();
    },
  };
}

/** Why a connection may not become a WebSocket; null when it may. A page of another origin can open one to us, hence Origin. */
function refusal(
  request: Pick<IncomingMessage, "headers" | "headersDistinct">,
  session: Session,
  port: number,
): string | null {
  if (!hostAllowed(hostOf(request), port)) return "421 Misdirected Request";
  if (!originAllowed(request.headers.origin, port)) return "403 Forbidden";
  if (!session.holds(request.headers.cookie, port)) return "403 Forbidden";
  return null;
}

async function serve(handlers: Handlers, socket: WebSocket, data: RawData): Promise<void> {
  const frame = frameSchema.safeParse(parseJson(data));
  if (!frame.success) {
    socket.close(1008, "not a request");
    return;
  }
  const { id, name, input } = frame.data;
  const reply = await answer(handlers, name, input);
  let message: string;
  try {
    message = JSON.stringify({ id, reply });
  } catch (error) {
    // The page waits for an answer all the same.
    const tooLarge = new LabError(
      "NOT_AVAILABLE",
      "The answer is too large to be sent. Ask for less at once.",
      {},
      { cause: error },
    );
    message = JSON.stringify({ id, reply: { ok: false, error: tooLarge.toEnvelope() } });
  }
  send(socket, message);
}

/** A page that is gone by now needs no answer. */
function send(socket: WebSocket, message: string): void {
  socket.send(message, () => undefined);
}

function parseJson(data: RawData): unknown {
  try {
    // With ws's default binaryType a message is one Buffer.
    return JSON.parse((data as Buffer).toString("utf8"));
  } catch {
    return undefined;
  }
}
