import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Handlers } from "#shared/api.ts";
import { LARGEST_UPLOAD_BYTES } from "#shared/api/questions.ts";
import { Downloads } from "#core/app/files/downloads.ts";
import { type Host, startHost } from "../../src/host/server.ts";
import { RawSocket } from "../helpers/raw-socket.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const handlers = {
  "jobs.list": () => ({ jobs: [] }),
  "runs.list": () => {
    throw new Error("broken");
  },
  // JSON has no word for it, as for a text beyond the longest.
  "system.probe": () => ({ bytes: 1n }),
  "questions.upload": ({ content }: { content: string }) => ({ length: content.length }),
} as unknown as Handlers;

async function start(downloads?: Downloads): Promise<{ host: Host; entered: string[] }> {
  const root = temporaryFolder();
  writeFileSync(join(root, "index.html"), "<p>hello");
  const entered: string[] = [];
  const onEntered = (url: string): unknown => entered.push(url);
  const host = await startHost({ handlers, root, port: 0, onEntered, ...(downloads && { downloads }) });
  onTestFinished(() => host.close());
  return { host, entered };
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Plain HTTP, since fetch neither sends a Host of one's own nor keeps `..` in a path. */
async function ask(host: Host, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const asked = request({ host: "127.0.0.1", port: host.port, path, headers, method, agent: false });
  asked.end();
  const [response] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
  let body = "";
  for await (const part of response.setEncoding("utf8")) body += part as string;
  return { status: response.statusCode!, headers: response.headers, body };
}

async function enter(host: Host): Promise<string> {
  const { search } = new URL(host.url);
  const { headers } = await ask(host, `/${search}`);
  return (headers["set-cookie"] as string[])[0]!.split(";")[0]!;
}

/** The status that an upgrade is answered with; 101 is a WebSocket. */
async function upgrade(host: Host, headers: Record<string, string>, origin?: string): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/`, {
    headers,
    ...(origin === undefined ? {} : { origin }),
  });
  return new Promise((resolve) => {
    socket.once("open", () => {
      resolve(101);
      socket.close();
    });
    socket.once("unexpected-response", (_request, response) => {
      resolve(response.statusCode!);
      response.destroy();
    });
    socket.on("error", () => undefined);
  });
}

async function open(host: Host): Promise<WebSocket> {
  const cookie = await enter(host);
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/`, {
    headers: { cookie },
    origin: `http://127.0.0.1:${host.port}`,
  });
  await once(socket, "open");
  return socket;
}

async function message(socket: WebSocket): Promise<unknown> {
  const [data] = (await once(socket, "message")) as [Buffer];
  return JSON.parse(data.toString());
}

describe("startHost", () => {
  it("exchanges the token for a cookie and takes it out of the address", async () => {
    const { host, entered } = await start();
    const { search } = new URL(host.url);
    const answer = await ask(host, `/${search}`);
    expect(answer).toMatchObject({ status: 302, headers: { location: "/" } });
    const [cookie = ""] = answer.headers["set-cookie"] as string[];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(await ask(host, "/", { cookie: cookie.split(";")[0]! })).toMatchObject({ status: 200, body: "<p>hello" });
    expect(entered).toEqual([host.url]);
  });

  it("lets a token in once; who is in already may use it again", async () => {
    const { host } = await start();
    const { search } = new URL(host.url);
    const cookie = await enter(host);
    expect((await ask(host, `/${search}`)).status).toBe(403);
    expect((await ask(host, `/${search}`, { cookie })).status).toBe(302);
    expect(host.url).not.toContain(search);
  });

  it("does not spend the token on a look at the headers", async () => {
    const { host } = await start();
    const { search } = new URL(host.url);
    expect((await ask(host, `/${search}`, {}, "HEAD")).status).toBe(403);
    expect(host.url).toContain(search);
  });

  it.each(["/", "/?token=wrong", "/?token=", "/index.html"])("refuses %s without a session", async (path) => {
    const { host } = await start();
    expect(await ask(host, path)).toMatchObject({ status: 403 });
  });

  it("refuses a wrong cookie", async () => {
    const { host } = await start();
    expect((await ask(host, "/", { cookie: `quantscope-${host.port}=x` })).status).toBe(403);
  });

  it.each(["localhost", "evil.example", "127.0.0.1"])("answers 421 to Host %s, token or not", async (name) => {
    const { host } = await start();
    const { search } = new URL(host.url);
    expect((await ask(host, `/${search}`, { host: name })).status).toBe(421);
  });

  it.each(["/../package.json", "/..%2f..%2fpackage.json", "/%2e%2e/package.json", "/missing.js", "//etc/passwd"])(
    "answers 404 to %s",
    async (path) => {
      const { host } = await start();
      expect((await ask(host, path, { cookie: await enter(host) })).status).toBe(404);
    },
  );

  it("reads only", async () => {
    const { host } = await start();
    const cookie = await enter(host);
    expect(await ask(host, "/", { cookie }, "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    expect(await ask(host, "/", { cookie }, "HEAD")).toMatchObject({ status: 200, body: "" });
  });

  it("puts the policy on every answer", async () => {
    const { host } = await start();
    for (const path of ["/", "/missing.js"]) {
      const { headers } = await ask(host, path);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  describe("of a file that was made for a page", () => {
    const CONTENT = "größe,".repeat(300_000);
    const offering = async (shown = false): Promise<{ host: Host; cookie: string; url: string; file: string }> => {
      const downloads = new Downloads(temporaryFolder());
      const file = downloads.place();
      writeFileSync(file, CONTENT);
      const url = downloads.offer({ file, fileName: "run a.csv", mediaType: "text/csv", shown });
      const { host } = await start(downloads);
      return { host, cookie: await enter(host), url, file };
    };

    it("sends it whole, as a download under its name, again and again", async () => {
      const { host, cookie, url } = await offering();
      for (let time = 0; time < 2; time++) {
        const { status, headers, body } = await ask(host, url, { cookie });
        expect([status, body === CONTENT]).toEqual([200, true]);
        expect(headers).toMatchObject({
          "content-type": "text/csv",
          "content-length": String(Buffer.byteLength(CONTENT)),
          "content-disposition": `attachment; filename="run a.csv"; filename*=UTF-8''run%20a.csv`,
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
        });
        expect(headers["content-security-policy"]).toContain("script-src 'self'");
      }
      expect(await ask(host, url, { cookie }, "HEAD")).toMatchObject({ status: 200, body: "" });
    });

    it("shows a report with its own style and no script at all", async () => {
      const { host, cookie, url } = await offering(true);
      const { headers } = await ask(host, url, { cookie });
      expect(headers["content-disposition"]).toMatch(/^inline;/);
      const policy = headers["content-security-policy"] as string;
      expect(policy).toContain("default-src 'none'; style-src 'unsafe-inline'");
      expect(policy).toContain("frame-ancestors 'none'; sandbox allow-same-origin allow-modals");
      expect(policy).not.toMatch(/script/);
    });

    it("refuses whoever has no session, and another name", async () => {
      const { host, cookie, url } = await offering();
      expect((await ask(host, url)).status).toBe(403);
      expect((await ask(host, url, { cookie }, "POST")).status).toBe(405);
      expect((await ask(host, `${url}x`, { cookie })).status).toBe(404);
      expect((await ask(host, "/export/", { cookie })).status).toBe(404);
    });

    it("says that it has gone", async () => {
      const { host, cookie, url, file } = await offering();
      rmSync(file);
      expect(await ask(host, url, { cookie })).toMatchObject({
        status: 404,
        body: expect.stringContaining("again") as string,
      });
    });
  });

  it("throws for a port that is taken", async () => {
    const { host } = await start();
    const second = startHost({ handlers, root: ".", port: host.port });
    await expect(second).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("closes although a page is open", async () => {
    const host = await startHost({ handlers, root: temporaryFolder(), port: 0 });
    const socket = await open(host);
    const closed = once(socket, "close");
    await host.close();
    expect((await closed)[0]).toBe(1001);
  });
});

describe("the WebSocket", () => {
  it("opens for our own page only", async () => {
    const { host } = await start();
    const cookie = await enter(host);
    const origin = `http://127.0.0.1:${host.port}`;
    expect(await upgrade(host, { cookie }, origin)).toBe(101);
    expect(await upgrade(host, { cookie })).toBe(403);
    expect(await upgrade(host, { cookie }, "http://evil.example")).toBe(403);
    expect(await upgrade(host, {}, origin)).toBe(403);
    expect(await upgrade(host, { cookie: "quantscope-1=x" }, origin)).toBe(403);
    expect(await upgrade(host, { cookie, host: "evil.example" }, origin)).toBe(421);
  });

  it("outlives connections that are reset while they are refused or closed", async () => {
    const { host } = await start();
    const cookie = await enter(host);
    const lines = (extra: string): string =>
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\n${extra}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const ours = `Origin: http://127.0.0.1:${host.port}\r\nCookie: ${cookie}\r\n`;
    for (const extra of ["", "Origin: http://evil.example\r\n", ours]) {
      for (let count = 0; count < 20; count++) {
        const { socket, closed } = await RawSocket.open(host.port);
        await new Promise((resolve) => socket.write(lines(extra), resolve));
        socket.resetAndDestroy();
        await closed;
      }
    }
    // Whatever nobody hears has ended this process by now.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await ask(host, "/", { cookie })).toMatchObject({ status: 200 });
  });

  it("keeps no connection that it refused, whatever its other end does", async () => {
    const { host } = await start();
    const socket = connect({ port: host.port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => {
      socket.destroy();
    });
    socket.on("error", () => undefined);
    const head = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    socket.write(head);
    socket.resume();
    await once(socket, "end");
    // It would wait for every connection that is open.
    await host.close();
  });

  it("answers a request whose answer cannot be sent, and a page that cannot be made", async () => {
    const { host } = await start({
      find: () => {
        throw new Error("broken");
      },
    } as unknown as Downloads);
    const cookie = await enter(host);
    expect(await ask(host, "/export/x", { cookie })).toMatchObject({ status: 500 });
    const socket = await open(host);
    socket.send(JSON.stringify({ id: 3, name: "system.probe", input: {} }));
    expect(await message(socket)).toMatchObject({ id: 3, reply: { ok: false, error: { code: "NOT_AVAILABLE" } } });
  });

  it("answers requests by their id", async () => {
    const { host } = await start();
    const socket = await open(host);
    socket.send(JSON.stringify({ id: 7, name: "jobs.list", input: {} }));
    expect(await message(socket)).toEqual({ id: 7, reply: { ok: true, value: { jobs: [] } } });
  });

  it.each([
    ["an unknown name", { name: "runs.erase", input: {} }, "BAD_REQUEST"],
    ["a name of the prototype", { name: "constructor", input: {} }, "BAD_REQUEST"],
    ["a name that is no text", { name: 5, input: {} }, "BAD_REQUEST"],
    ["wrong arguments", { name: "runs.list", input: { limit: 0 } }, "BAD_REQUEST"],
    ["a handler that throws", { name: "runs.list", input: {} }, "INTERNAL"],
  ])("answers %s with an envelope", async (_what, frame, code) => {
    const { host } = await start();
    const socket = await open(host);
    socket.send(JSON.stringify({ id: 1, ...frame }));
    expect(await message(socket)).toMatchObject({ id: 1, reply: { ok: false, error: { code } } });
  });

  it("takes a file of the largest size, and none beyond it", async () => {
    const { host } = await start();
    const socket = await open(host);
    const upload = (bytes: number): void => {
      const content = Buffer.alloc(bytes, 7).toString("base64");
      socket.send(JSON.stringify({ id: 1, name: "questions.upload", input: { fileName: "a.csv", content } }));
    };
    upload(LARGEST_UPLOAD_BYTES);
    expect(await message(socket)).toMatchObject({ reply: { ok: true } });
    upload(LARGEST_UPLOAD_BYTES + 1000);
    expect(await message(socket)).toMatchObject({ reply: { ok: false, error: { code: "BAD_REQUEST" } } });
  });

  it.each([
    ["what is no JSON", "{", 1008],
    ["what is no request", "{}", 1008],
    ["what is too large", " ".repeat(2 ** 24 + 1), 1009],
  ])("closes on %s", async (_what, text, code) => {
    const { host } = await start();
    const socket = await open(host);
    socket.send(text);
    expect((await once(socket, "close"))[0]).toBe(code);
  });

  it("tells events to every page", async () => {
    const { host } = await start();
    const sockets = [await open(host), await open(host)];
    const messages = sockets.map(message);
    host.broadcast("runs.changed", {});
    expect(await Promise.all(messages)).toEqual(Array(2).fill({ event: "runs.changed", payload: {} }));
  });
});
