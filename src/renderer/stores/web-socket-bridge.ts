/** The bridge to the loopback host. It connects again by itself; requests wait for the first connection, not for later ones. */
import type { LabBridge, Reply } from "#shared/api.ts";

export type ConnectionState = "connecting" | "open" | "lost";

export interface PageBridge extends LabBridge {
  /** Calls back at once and on every change. */
  onConnection(listener: (state: ConnectionState) => void): void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5000;

export const LOST_MESSAGE =
  "The connection to Quantscope is lost. It comes back by itself while Quantscope runs; else start it again (npm start).";

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

type Frame = { id: number; reply: Reply } | { event: string; payload: unknown };

export function connectWebSocket(open: () => WebSocket): PageBridge {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const watchers = new Set<(state: ConnectionState) => void>();
  const unsent: string[] = [];
  let state: ConnectionState = "connecting";
  let retryMs = FIRST_RETRY_MS;
  let lastId = 0;
  let socket = connect();

  function connect(): WebSocket {
    const next = open();
    next.addEventListener("open", () => {
      retryMs = FIRST_RETRY_MS;
      for (const message of unsent.splice(0)) next.send(message);
      setState("open");
    });
    next.addEventListener("message", ({ data }) => {
      receive(JSON.parse(data as string) as Frame);
    });
    // An error is always followed by a close.
    next.addEventListener("close", () => {
      setState("lost");
      unsent.length = 0;
      for (const { reject } of waiting.values()) reject(new Error(LOST_MESSAGE));
      waiting.clear();
      setTimeout(() => {
        socket = connect();
      }, retryMs);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    });
    return next;
  }

  function setState(next: ConnectionState): void {
    state = next;
    for (const watcher of watchers) watcher(state);
  }

  function receive(frame: Frame): void {
    if ("event" in frame) {
      for (const listener of listeners.get(frame.event) ?? []) listener(frame.payload);
      return;
    }
    waiting.get(frame.id)?.resolve(frame.reply);
    waiting.delete(frame.id);
  }

  return {
    request: (name, input) =>
      new Promise((resolve, reject) => {
        if (state === "lost") {
          reject(new Error(LOST_MESSAGE));
          return;
        }
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        const message = JSON.stringify({ id, name, input });
        if (state === "open") socket.send(message);
        else unsent.push(message);
      }),
    on: (name, listener) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => {
        set.delete(listener);
      };
    },
    onConnection: (listener) => {
      watchers.add(listener);
      listener(state);
    },
  };
}
