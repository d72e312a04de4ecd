/**
 * Nothing leaves the machine, and nothing is written outside the data folder: a run on the command line, the loopback host
 * with a page open, and the built app under the stand-in, each with empty home, cache and temporary folders.
 */
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SWITCHES } from "../../src/main/chromium-switches.ts";
import { launchChromium, serveChromium } from "../helpers/chromium.ts";
import { Enclosed, hasStrace } from "../helpers/enclosed.ts";
import { untilReady } from "../helpers/found.ts";
import { ROOT } from "../helpers/host-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const built = (name: string): string => join(ROOT, "out", "main", name);
const linux = process.platform === "linux";
const how = linux ? `seen by ${hasStrace ? "strace" : "/proc"}` : "skipped: needs Linux's /proc or strace";

/** While something is measured, a file says so to other programs of the user; core/runs/place.ts. */
const WHO_MEASURES = /^runtime\/quantscope-\d+(\/\d+\.asking~)?$/;

/** Nothing is left or sent; and what a run has to show for itself is there, which a program that did nothing had not. */
async function expectQuiet(enclosed: Enclosed): Promise<void> {
  const { data } = enclosed;
  const written = (await enclosed.written()).filter((file) => !WHO_MEASURES.test(file));
  const traces = { written, leaving: await enclosed.leaving() };
  expect(traces).toEqual({ written: [], leaving: [] });
  expect(existsSync(join(data, "quantscope.db"))).toBe(true);
  expect(readdirSync(join(data, "temp"))).toEqual([]);
}

describe.skipIf(!linux)(`nothing leaves the machine (${how})`, () => {
  it("in a run of the command line that quantizes, measures and writes every report", async () => {
    const enclosed = new Enclosed();
    const { data } = enclosed;
    const model = ["--model", join(ROOT, "resources", "models", "demo"), "--cells", "fp32,int4"];
    const passes = ["--passes", "forward", "--batch-sizes", "1", "--sequence-length", "16"];
    const short = ["--depth", "preview", "--launches", "1", "--out", join(data, "reports")];
    const cli = [built("cli.js"), "--home", data];
    const { code, output } = await enclosed.run(...cli, "run", ...model, ...passes, ...short);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(readdirSync(join(data, "reports"), { recursive: true }).join()).toContain(".png");
    await expectQuiet(enclosed);
    expect(await enclosed.addresses()).toEqual([]);
  });

  it("while the host serves a page that measures", async () => {
    const enclosed = new Enclosed();
    const { data } = enclosed;
    const host = enclosed.start(built("host.js"), "--home", data, "--no-open");
    const [line] = (await once(host.stdout!, "data")) as [Buffer];
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(/http:\S+/.exec(line.toString())![0]);
    await untilReady(page);
    // Long enough: with its telemetry on, ONNX Runtime looks up its collector seven seconds after a session is made.
    const forward = { batchSizes: [1], sequenceLength: 128, warmup: 1, minIterations: 3, minSeconds: 9 };
    const spec = { schemaVersion: 1, name: "tiny", model: "demo", launches: 1, cells: [{ format: "fp32" }] };
    const asked = JSON.stringify({ id: 1, name: "runs.start", input: { spec: { ...spec, passes: { forward } } } });
    const status = await page.evaluate<string>(`new Promise((resolve) => {
      const socket = new WebSocket(location.origin.replace("http", "ws"));
      socket.onopen = () => socket.send(${JSON.stringify(asked)});
      socket.onmessage = ({ data }) => {
        const { event, payload, reply } = JSON.parse(data);
        if (reply?.ok === false) resolve(data);
        if (event === "run.event" && payload.event.type === "ended") resolve(payload.event.status);
      };
    })`);
    expect(status).toBe("done");
    host.kill("SIGTERM");
    await once(host, "close");
    await expectQuiet(enclosed);
    // It was looked at: the page came through a socket of this machine's own.
    expect(await enclosed.addresses()).not.toEqual([]);
  });

  it("while the app measures and prints, under the stand-in", async () => {
    const browser = await serveChromium();
    onTestFinished(() => browser.close());
    const enclosed = new Enclosed();
    const script = join(ROOT, "test", "helpers", "stand-in-process.ts");
    const { code, output } = await enclosed.run(script, browser.wsEndpoint(), enclosed.data);
    expect({ code, output }).toEqual({ code: 0, output: "done\n" });
    expect(existsSync(join(enclosed.data, "run.pdf"))).toBe(true);
    await expectQuiet(enclosed);
    // To the test's own browser, and nowhere else.
    expect(await enclosed.addresses()).toContain(new URL(browser.wsEndpoint()).host);
  });

  it("by a Chromium with the app's switches, which finds no server, not even on this machine", async () => {
    const server = createServer((_request, response) => response.end("found"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const addresses = ["localhost", "127.0.0.1"].map((host) => `http://${host}:${port}/`);
    const args = SWITCHES.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name}=${value}`));
    for (const [given, expected] of [
      [[], "found"],
      [args, "net::ERR_NAME_NOT_RESOLVED"],
    ] as const) {
      const browser = await launchChromium(given);
      const page = await browser.newPage();
      for (const address of addresses) {
        const answer = await page.goto(address).then(
          () => page.innerText("body"),
          (error: unknown) => String(error),
        );
        expect(answer).toContain(expected);
      }
      await browser.close();
    }
  });

  const ways = hasStrace ? (["strace", "proc"] as const) : (["proc"] as const);
  it.each(ways)("or this test would see it: files and sockets of a child's child, by %s", async (by) => {
    const folder = temporaryFolder();
    const [parent, child] = [join(folder, "parent.mjs"), join(folder, "child.mjs")];
    writeFileSync(parent, `import { fork } from "node:child_process"; fork(${JSON.stringify(child)});`);
    // 192.0.2.1 is nobody's (RFC 5737); nothing is sent, and a socket that is bound stays here.
    writeFileSync(
      child,
      `import { createSocket } from "node:dgram";
       import { mkdirSync, writeFileSync } from "node:fs";
       import { tmpdir } from "node:os";
       mkdirSync(process.env.XDG_CACHE_HOME + "/deep");
       writeFileSync(process.env.XDG_CACHE_HOME + "/deep/id", "");
       writeFileSync(tmpdir() + "/debug.log", "");
       writeFileSync("relative", "");
       const socket = createSocket("udp4");
       socket.on("error", () => undefined);
       socket.bind(0, "0.0.0.0", () => socket.connect(53, "192.0.2.1"));
       setTimeout(() => process.exit(0), 500);`,
    );
    const enclosed = new Enclosed(by);
    expect((await enclosed.run(parent)).code).toBe(0);
    expect(await enclosed.written()).toEqual(["cache/deep", "cache/deep/id", "cwd/relative", "tmp/debug.log"]);
    const leaving = await enclosed.leaving();
    expect(leaving).not.toEqual([]);
    if (by === "strace") expect(leaving).toContain("192.0.2.1:53");
  });
});
