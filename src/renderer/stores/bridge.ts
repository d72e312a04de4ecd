/** The page's one way to the lab: Electron's bridge where the preload script put one, else the loopback host's WebSocket. */
import {
  type EventName,
  type EventPayload,
  EVENTS,
  type LabBridge,
  replySchema,
  type RequestInput,
  type RequestName,
  type RequestOutput,
  REQUESTS,
} from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { type ConnectionState, connectWebSocket, type PageBridge } from "./web-socket-bridge.ts";

declare global {
  interface Window {
    readonly lab?: LabBridge;
  }
}

/** Typed and checked calls over a bridge. */
export interface Lab {
  /** @throws LabError, also where the reply is not what the contract says */
  request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>;
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
  onConnection(listener: (state: ConnectionState) => void): void;
  /** Where a dropped file or folder lies; null in a browser, which does not tell. */
  droppedPath(file: File): Promise<string | null>;
}

export function labOver(bridge: PageBridge): Lab {
  return {
    request: async (name, input) => {
      const reply = replySchema.parse(await bridge.request(name, input));
      if (!reply.ok) throw new LabError(reply.error.code, reply.error.message, reply.error.details);
      const value = REQUESTS[name].output.safeParse(reply.value);
      if (value.success) return value.data as RequestOutput<typeof name>;
      const issue = value.error.issues[0]!;
      throw new LabError("INTERNAL", `${name} was answered with ${issue.path.join(".")}: ${issue.message}.`);
    },
    on: (name, listener) =>
      bridge.on(name, (payload) => {
        listener(EVENTS[name].parse(payload) as EventPayload<typeof name>);
      }),
    onConnection: (listener) => {
      bridge.onConnection(listener);
    },
    droppedPath: (file) => bridge.droppedPath?.(file) ?? Promise.resolve(null),
  };
}

/** Inside Electron there is no connection that could be lost. */
function always(bridge: LabBridge): PageBridge {
  return {
    request: (name, input) => bridge.request(name, input),
    on: (name, listener) => bridge.on(name, listener),
    ...(bridge.droppedPath ? { droppedPath: (file) => bridge.droppedPath!(file) } : {}),
    onConnection: (listener) => {
      listener("open");
    },
  };
}

export function openLab(page: Window): Lab {
  if (page.lab) return labOver(always(page.lab));
  return labOver(connectWebSocket(() => new WebSocket(`ws://${page.location.host}/`)));
}
