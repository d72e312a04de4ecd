import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectWebSocket } from "../../../src/renderer/stores/web-socket-bridge.ts";

class FakeSocket extends EventTarget {
  static all: FakeSocket[] = [];
  readonly sent: { id: number; name: string }[] = [];

  constructor() {
    super();
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { id: number; name: string });
  }

  receive(frame: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

const connect = () => connectWebSocket(() => new FakeSocket() as unknown as WebSocket);
const last = (): FakeSocket => FakeSocket.all.at(-1)!;
const reply = { ok: true, value: 1 } as const;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe("connectWebSocket", () => {
  it("keeps requests until it is open, and matches replies by id", async () => {
    const bridge = connect();
    const both = [bridge.request("a", {}), bridge.request("b", {})];
    expect(last().sent).toEqual([]);
    last().dispatchEvent(new Event("open"));
    expect(last().sent.map(({ name }) => name)).toEqual(["a", "b"]);
    const [a, b] = last().sent;
    last().receive({ id: b!.id, reply: { ok: true, value: "b" } });
    last().receive({ id: a!.id, reply: { ok: true, value: "a" } });
    expect(await Promise.all(both)).toEqual([
      { ok: true, value: "a" },
      { ok: true, value: "b" },
    ]);
  });

  it("rejects what was open when the connection is lost, and what is asked meanwhile", async () => {
    const bridge = connect();
    const early = bridge.request("a", {});
    last().dispatchEvent(new Event("close"));
    await expect(early).rejects.toThrow(/connection/);
    await expect(bridge.request("b", {})).rejects.toThrow(/npm start/);
  });

  it("connects again, slower each time, and then works", async () => {
    const bridge = connect();
    const states: string[] = [];
    bridge.onConnection((state) => states.push(state));
    for (const wait of [500, 1000, 2000, 4000, 5000, 5000]) {
      const before = FakeSocket.all.length;
      last().dispatchEvent(new Event("close"));
      vi.advanceTimersByTime(wait - 1);
      expect(FakeSocket.all.length).toBe(before);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all.length).toBe(before + 1);
    }
    last().dispatchEvent(new Event("open"));
    const asked = bridge.request("a", {});
    last().receive({ id: last().sent[0]!.id, reply });
    expect(await asked).toEqual(reply);
    expect([states[0], states[1], states.at(-1)]).toEqual(["connecting", "lost", "open"]);
  });

  it("hands events to who asked for that name, until they stop", () => {
    const bridge = connect();
    const heard = vi.fn();
    const stop = bridge.on("runs.changed", heard);
    last().receive({ event: "runs.changed", payload: { a: 1 } });
    last().receive({ event: "other", payload: {} });
    stop();
    last().receive({ event: "runs.changed", payload: {} });
    expect(heard).toHaveBeenCalledExactlyOnceWith({ a: 1 });
  });

  it("ignores a reply that nobody waits for", () => {
    connect();
    expect(() => {
      last().receive({ id: 99, reply });
    }).not.toThrow();
  });
});
