/** Bytes to and from a loopback port: for what no well-behaved client would send. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export class RawSocket {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #bytes = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (data: Buffer) => (this.#bytes = Buffer.concat([this.#bytes, data])));
    // What the other side resets is closed too.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        resolve();
      });
    });
  }

  static async open(port: number, host = "127.0.0.1"): Promise<RawSocket> {
    const socket = connect(port, host);
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, "connect");
    return new RawSocket(socket);
  }

  /** Sends text, waits until the other side has ended, and gives the status of its answer; null for no answer. */
  async status(text: string): Promise<number | null> {
    this.socket.write(text);
    await this.closed;
    const status = /^HTTP\/1\.1 (\d{3})/.exec(this.#bytes.toString("latin1"))?.[1];
    return status === undefined ? null : Number(status);
  }

  /** Becomes a WebSocket. */
  async upgrade(port: number, cookie: string): Promise<void> {
    const lines = [
      "GET / HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      `Cookie: ${cookie}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Extensions: permessage-deflate",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    ];
    this.socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    while (!this.#bytes.includes("\r\n\r\n")) await once(this.socket, "data");
    if (!this.#bytes.toString("latin1").startsWith("HTTP/1.1 101")) throw new Error(this.#bytes.toString("latin1"));
    this.#bytes = this.#bytes.subarray(this.#bytes.indexOf("\r\n\r\n") + 4);
  }

  /** The code of the close frame that comes, or null where the connection just ends. */
  async closeCode(): Promise<number | null> {
    await this.closed;
    // A server's frame of a few bytes: 0x88, length, code.
    const at = this.#bytes.indexOf(0x88);
    return at < 0 ? null : this.#bytes.readUInt16BE(at + 2);
  }
}

export interface Frame {
  /** 1 text, 2 binary, 0 continuation, 8 close, 9 ping. */
  readonly opcode: number;
  readonly payload?: Buffer;
  readonly final?: boolean;
  /** The three reserved bits: 4 says compressed. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** In place of the payload's own. */
  readonly length?: bigint;
}

/** A WebSocket frame as RFC 6455, 5.2 lays it out, right or wrong. */
export function frameBytes(frame: Frame): Buffer {
  const { opcode, payload = Buffer.alloc(0), final = true, reserved = 0, masked = true } = frame;
  const length = frame.length ?? BigInt(payload.length);
  const head = [(final ? 0x80 : 0) | (reserved << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  const extended = Buffer.alloc(8);
  extended.writeBigUInt64BE(length);
  if (length < 126n) head.push(mask | Number(length));
  else if (length < 65_536n) head.push(mask | 126, ...extended.subarray(6));
  else head.push(mask | 127, ...extended);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), payload]);
}
