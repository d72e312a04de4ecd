/** The built host against bytes that no browser sends. What single checks do is told in test/host/. */
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostProcess } from "../helpers/host-process.ts";
import { type Frame, frameBytes, RawSocket } from "../helpers/raw-socket.ts";

let host: HostProcess;
let home: string;
let port: number;
let cookie: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "quantscope-"));
  host = new HostProcess(["--home", home]);
  const url = new URL(await host.url());
  port = Number(url.port);
  const { headers } = await fetch(url, { redirect: "manual" });
  cookie = headers.get("set-cookie")!.split(";")[0]!;
});
afterAll(async () => {
  // Whatever was sent: it is alive, and ends as it should.
  expect(await host.stop()).toMatchObject({ code: 0, stderr: "" });
  rmSync(home, { recursive: true, force: true });
});

const here = (): string => `Host: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: close\r\n`;
const status = async (text: string): Promise<number | null> => (await RawSocket.open(port)).status(text);
const pageStatus = (): Promise<number | null> => status(`GET / HTTP/1.1\r\n${here()}\r\n`);

describe("the host's HTTP", () => {
  it("is there for this machine only", async () => {
    expect(await pageStatus()).toBe(200);
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of outside) await expect(RawSocket.open(port, address)).rejects.toThrow("ECONNREFUSED");
  });

  it.each([
    ["no Host", () => `GET / HTTP/1.1\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`, 400],
    ["a second Host", () => `GET / HTTP/1.1\r\n${here()}Host: evil.example\r\n\r\n`, 421],
    ["an address of its own in the first line", () => `GET http://evil.example/ HTTP/1.1\r\n${here()}\r\n`, 404],
    ["a way out in the first line", () => `GET /../../../../etc/passwd HTTP/1.1\r\n${here()}\r\n`, 404],
    ["a way out, encoded twice", () => `GET /%252e%252e/%252e%252e/etc/passwd HTTP/1.1\r\n${here()}\r\n`, 404],
    ["the store by name", () => `GET /../../quantscope.db HTTP/1.1\r\n${here()}\r\n`, 404],
    ["a zero byte", () => `GET /index.html%00 HTTP/1.1\r\n${here()}\r\n`, 404],
    ["a header of 40 kB", () => `GET / HTTP/1.1\r\n${here()}X: ${"x".repeat(40_000)}\r\n\r\n`, 431],
    ["two lengths", () => `POST / HTTP/1.1\r\n${here()}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ["CONNECT", () => `CONNECT evil.example:443 HTTP/1.1\r\n${here()}\r\n`, null],
    ["TRACE", () => `TRACE / HTTP/1.1\r\n${here()}\r\n`, 405],
    ["no HTTP at all", () => "\x16\x03\x01\x00\x00\r\n\r\n", 400],
    ["half a cookie", () => `GET / HTTP/1.1\r\n${here().replace(cookie, cookie.slice(0, -1))}\r\n`, 403],
    ["a cookie with more behind it", () => `GET / HTTP/1.1\r\n${here().replace(cookie, `${cookie}x`)}\r\n`, 403],
  ])("answers a request with %s by a refusal", async (_what, text, expected) => {
    expect(await status(text())).toBe(expected);
    expect(await pageStatus()).toBe(200);
  });

  it.each(["h2c", "quantscope", ""])("upgrades to no other protocol: %j", async (protocol) => {
    const text = `GET / HTTP/1.1\r\n${here().replace("close", "Upgrade")}Upgrade: ${protocol}\r\nOrigin: http://127.0.0.1:${port}\r\n\r\n`;
    const socket = await RawSocket.open(port);
    setTimeout(() => socket.socket.end(), 200);
    expect(await socket.status(text)).not.toBe(101);
  });
});

describe("the host's WebSocket", () => {
  const MANY = 16 * 1024 * 1024;
  const part = Buffer.alloc(4 * 1024 * 1024, 0x20);
  it.each<[string, Frame[], number]>([
    ["a frame without a mask", [{ opcode: 1, payload: Buffer.from("{}"), masked: false }], 1002],
    ["an opcode that there is not", [{ opcode: 3 }], 1002],
    ["reserved bits", [{ opcode: 1, reserved: 2 }], 1002],
    ["compression that was not agreed on", [{ opcode: 1, reserved: 4, payload: Buffer.from("abc") }], 1002],
    ["a continuation of nothing", [{ opcode: 0, payload: Buffer.from("x") }], 1002],
    ["a text inside a text", [{ opcode: 1, final: false, payload: Buffer.from("a") }, { opcode: 1 }], 1002],
    ["a ping of 126 bytes", [{ opcode: 9, payload: Buffer.alloc(126) }], 1002],
    ["a ping in parts", [{ opcode: 9, final: false }], 1002],
    ["a close code that there is not", [{ opcode: 8, payload: Buffer.from([3, 0xed]) }], 1002],
    ["text that is no UTF-8", [{ opcode: 1, payload: Buffer.from([0xc3, 0x28]) }], 1007],
    ["a promise of 17 MB", [{ opcode: 1, length: BigInt(MANY + 1) }], 1009],
    ["a promise of 2^40 bytes", [{ opcode: 2, length: 2n ** 40n }], 1009],
    ["a promise beyond any number", [{ opcode: 2, length: 2n ** 63n }], 1009],
    [
      "parts that add up to more than 16 MB",
      [
        { opcode: 1, final: false, payload: part },
        ...Array.from({ length: 4 }, () => ({ opcode: 0, final: false, payload: part })),
      ],
      1009,
    ],
    ["binary that is no request", [{ opcode: 2, payload: Buffer.from([0, 1, 2]) }], 1008],
    ["JSON nested a hundred thousand times", [{ opcode: 1, payload: Buffer.from("[".repeat(100_000)) }], 1008],
  ])("closes on %s, and goes on", async (_what, frames, code) => {
    const socket = await RawSocket.open(port);
    await socket.upgrade(port, cookie);
    for (const frame of frames) socket.socket.write(frameBytes(frame));
    // ws waits for the other side's close frame; ending ours says that none comes.
    setTimeout(() => socket.socket.end(), 300);
    expect(await socket.closeCode()).toBe(code);
    expect(await pageStatus()).toBe(200);
  });
});
