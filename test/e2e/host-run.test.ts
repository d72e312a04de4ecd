/** The built host as a page's transport: a run from start to an early end, an upload, and messages that no page sends. */
import { once } from "node:events";
import { homedir } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { createRandom } from "#shared/random.ts";
import { openLab } from "#core/app/open-lab.ts";
import { listRuns } from "#core/store/read-run.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

type Message = {
  id?: number;
  reply?: { ok: boolean; value?: unknown };
  event?: string;
  payload?: { event?: { type: string } };
};

/** A page without a browser. */
class Client {
  readonly heard: Message[] = [];
  readonly socket: WebSocket;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.heard.push(JSON.parse(data.toString()) as Message);
    });
  }

  static async enter(host: HostProcess, entries = 1): Promise<{ client: Client; again: () => Promise<Client> }> {
    const url = new URL(await host.url(entries));
    const { headers } = await fetch(url, { redirect: "manual" });
    const cookie = headers.get("set-cookie")!.split(";")[0]!;
    const again = async (): Promise<Client> => {
      const socket = new WebSocket(`ws://${url.host}/`, { headers: { cookie }, origin: url.origin });
      const client = new Client(socket);
      await once(socket, "open");
      return client;
    };
    return { client: await again(), again };
  }

  async ask(name: string, input: unknown): Promise<Message["reply"]> {
    const id = ++this.#lastId;
    this.socket.send(JSON.stringify({ id, name, input }));
    await expect.poll(() => this.heard.some((message) => message.id === id), { timeout: 30_000 }).toBe(true);
    return this.heard.find((message) => message.id === id)!.reply;
  }

  events(): string[] {
    return this.heard.flatMap(({ event, payload }) => (event === "run.event" ? [payload!.event!.type] : []));
  }
}

function start(): { host: HostProcess; home: string } {
  const home = temporaryFolder();
  const host = new HostProcess(["--home", home]);
  onTestFinished(async () => {
    await host.stop("SIGKILL");
  });
  return { host, home };
}

const spec = {
  schemaVersion: 1,
  name: "night",
  model: "demo",
  depth: "preview",
  cells: [{ format: "fp32" }],
  passes: { benchmark: { questions: "mine" } },
};

describe("out/main/host.js", () => {
  it("measures for a page, tells every other page, and stores the run when it is stopped", async () => {
    const { host, home } = start();
    const { client, again } = await Client.enter(host);
    const other = await again();
    const rows = Array.from({ length: 400 }, (_, index) => `Is ${index} a number?,yes,no,A`).join("\n");
    const content = Buffer.from(`question,A,B,answer\n${rows}\n`).toString("base64");
    expect(await client.ask("questions.upload", { fileName: "mine.csv", content })).toMatchObject({ ok: true });
    expect(await client.ask("runs.start", { spec })).toMatchObject({ ok: true });
    await expect.poll(() => other.events(), { timeout: 60_000 }).toContain("measured");
    const { code, stderr } = await host.stop("SIGTERM");
    expect(code).toBe(0);
    expect(stderr).toContain("what was measured is stored");
    using lab = openLab(home);
    expect(listRuns(lab.db, { limit: 9, offset: 0 })).toMatchObject([{ name: "night", status: "cancelled" }]);
  });

  it("shows no folder beyond the home folder, and says where dialogs are missing", async () => {
    const { client } = await Client.enter(start().host);
    for (const path of ["/", "/etc", `${homedir()}/../..`, "relative", "/proc/self/root"]) {
      if (path === homedir()) continue;
      expect(await client.ask("folders.list", { path })).toMatchObject({ error: { code: "PATH_REFUSED" } });
    }
    expect(await client.ask("models.add", { path: "/etc" })).toMatchObject({ error: { code: "PATH_REFUSED" } });
    expect(await client.ask("dialog.pickModel", {})).toMatchObject({ error: { code: "NOT_AVAILABLE" } });
  });

  it("outlives a thousand messages that no page sends", async () => {
    const { host } = start();
    const { again } = await Client.enter(host);
    const random = createRandom(7);
    let client = await again();
    for (let message = 0; message < 1000; message++) {
      if (client.socket.readyState !== WebSocket.OPEN) client = await again();
      const bytes = Buffer.from(Array.from({ length: random.nextInt(60) }, () => random.nextInt(256)));
      const almost = `{"id":${random.nextInt(2) === 0 ? 1e99 : '"x"'},"name":"app.info","input":${bytes.toString("latin1")}`;
      client.socket.send(random.nextInt(2) === 0 ? bytes : almost);
      // Now and then the host gets the time to close.
      if (message % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const survivor = await again();
    expect(await survivor.ask("app.info", {})).toMatchObject({ ok: true });
  });
});
