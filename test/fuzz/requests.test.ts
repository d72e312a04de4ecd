import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { type Reply, REQUESTS } from "#shared/api.ts";
import { ERROR_CODES } from "#shared/errors.ts";
import { createRandom } from "#shared/random.ts";
import { startHost } from "../../src/host/server.ts";
import { testApp } from "../helpers/app.ts";
import { FUZZ_TIMEOUT_MS, mutantBytes, mutantJson, seeds } from "../helpers/fuzz.ts";
import { scratchDir } from "../helpers/lab.ts";
import { seedResult } from "../helpers/seed-result.ts";

const CELL = { run: "a", cell: "fp32@cpu" };
const UPLOAD = { fileName: "x.csv", content: Buffer.from("a,b,c,d,e,A\n").toString("base64") };
/** Requests as pages make them, one a name; those that would measure or make something name a model that is not there. */
const ASKED: readonly (readonly [string, object])[] = [
  ["app.info", {}],
  ["pages.remember", { key: "bench.depth", value: "x" }],
  ["models.list", {}],
  ["models.add", { path: "/nowhere" }],
  ["models.show", { model: "nowhere" }],
  ["models.remove", { model: "nowhere" }],
  ["questions.list", {}],
  ["questions.upload", UPLOAD],
  ["questions.rows", { questions: "nowhere", limit: 5, offset: 0 }],
  ["runs.list", { limit: 5, offset: 0 }],
  ["runs.get", { id: "a" }],
  ["runs.results", { id: "a" }],
  ["runs.verdicts", { id: "a", marginPoints: 1 }],
  ["runs.flips", { id: "a", candidate: "int4@cpu", limit: 5, offset: 0 }],
  ["runs.generations", { id: "a" }],
  ["runs.samples", { id: "a", cell: "fp32@cpu" }],
  ["runs.rename", { id: "a", name: "b" }],
  ["runs.live", {}],
  ["runs.cancel", { id: "a" }],
  ["runs.import", { files: [UPLOAD] }],
  ["history.list", { filter: { text: "x" }, sort: { by: "name", descending: true }, limit: 5 }],
  ["history.tag", { ids: ["a"], add: ["x"], remove: ["y"] }],
  ["history.note", { id: "a", note: "x" }],
  ["history.trend", { model: "demo" }],
  ["compare.show", { reference: CELL, candidates: [CELL] }],
  ["folders.list", { path: "/nowhere" }],
];

/** A page that waits for one answer at a time. */
class Asking {
  readonly #socket: WebSocket;
  #answered: (reply: Reply | null) => void = () => undefined;
  #reply = Promise.resolve<Reply | null>(null);

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const { reply } = JSON.parse(data.toString()) as { reply?: Reply };
      // Without one it is an event of something that changed.
      if (reply) this.#answered(reply);
    });
    socket.on("close", () => {
      this.#answered(null);
    });
  }

  send(data: string | Buffer): void {
    this.#reply = new Promise((resolve) => (this.#answered = resolve));
    this.#socket.send(data);
  }

  /** Null where the socket was closed instead. */
  reply(): Promise<Reply | null> {
    return this.#reply;
  }

  close(): void {
    this.#socket.close();
  }
}

describe("the socket", () => {
  it(
    "answers every request that is not what it should be, or closes, and stays up",
    async () => {
      const app = testApp({ probe: () => Promise.reject(new Error("not in this test")) });
      for (const id of ["a", "b"]) {
        const cells = [{ format: "fp32" }, { format: "int4" }] as const;
        seedResult(app.lab.home, { id, name: id, questions: 4, launches: 1, cells });
      }
      const host = await startHost({ handlers: app.handlers, root: join(scratchDir(), "pages"), port: 0 });
      onTestFinished(() => host.close());
      const { headers } = await fetch(host.url, { redirect: "manual" });
      const cookie = headers.getSetCookie()[0]!.split(";")[0]!;
      const open = async (): Promise<Asking> => {
        const origin = `http://127.0.0.1:${host.port}`;
        const socket = new WebSocket(`ws://127.0.0.1:${host.port}/`, { headers: { cookie }, origin });
        await once(socket, "open");
        return new Asking(socket);
      };
      let socket = await open();
      const codes = new Set<string>();
      for (const seed of seeds(300)) {
        const random = createRandom(seed);
        const [name, input] = ASKED[random.nextInt(ASKED.length)]!;
        expect(Object.keys(REQUESTS)).toContain(name);
        const frame = { id: seed, name, input };
        const text = JSON.stringify(
          seed % 4 === 0 ? mutantJson(frame, seed) : { ...frame, input: mutantJson(input, seed) },
        );
        const isText = seed % 10 !== 0;
        socket.send(isText ? text : mutantBytes(Buffer.from(text), seed));
        const reply = await socket.reply();
        if (reply === null) socket = await open();
        if (reply === null || reply.ok) continue;
        codes.add(reply.error.code);
        expect(ERROR_CODES).toContain(reply.error.code);
        expect(reply.error.code === "INTERNAL" ? `seed ${seed}: ${text}: ${reply.error.message}` : "").toBe("");
      }
      expect(codes).toContain("BAD_REQUEST");
      socket.close();
    },
    FUZZ_TIMEOUT_MS,
  );
});
