// Opens the app: in Electron where its binary is here or can be fetched, else as pages in a browser through the loopback
// host, after one line that says why. No dependency of its own; any Node from 18 up runs it.
// Arguments go on to what is started: --home DIR, and for the host --port P and --no-open.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FETCH_FROM = process.env.ELECTRON_MIRROR ?? "https://github.com/";
const ANSWER_WITHIN_MS = 3000;
const UNPACK_CACHED_WITHIN_MS = 15_000;
const FETCH_WITHIN_MS = 600_000;
/** What a shell says, and what Electron says, of a program whose system libraries are missing. */
const CANNOT_START = 127;

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const electron = join(root, "node_modules", "electron");
const args = process.argv.slice(2);

let problem = await whyNoElectron();
if (problem === null) {
  const env = { ...process.env };
  // Set by some editors' terminals; Electron would then run as a plain Node.
  delete env.ELECTRON_RUN_AS_NODE;
  const code = await run(electronBinary(), [root, ...args], env);
  if (code === CANNOT_START) problem = "Electron could not start on this system";
  else process.exit(code);
}
process.stderr.write(`quantscope: ${problem}; opening the same page in a browser through the loopback host.\n`);
// The line to the host breaks when this process is killed, and the host ends with it.
process.exit(await run(node24(), [join(root, "out", "main", "host.js"), ...args], process.env, ["ipc"]));

/** Null when Electron can be run. */
async function whyNoElectron() {
  const noDisplay = process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  if (electronBinary() === null) {
    const reachable = await answers(FETCH_FROM);
    // Hundreds of megabytes, to be of no use.
    if (reachable && noDisplay) return "there is no display for Electron's window";
    if (reachable) process.stderr.write("quantscope: fetching Electron (once) ...\n");
    // Also tried without a network: an earlier download may be in Electron's cache.
    const fetched = spawnSync(process.execPath, [join(electron, "install.js")], {
      stdio: "ignore",
      timeout: reachable ? FETCH_WITHIN_MS : UNPACK_CACHED_WITHIN_MS,
    });
    if (fetched.status !== 0 || electronBinary() === null) return "Electron's binary could not be fetched";
  }
  return noDisplay ? "there is no display for Electron's window" : null;
}

/** Where the electron package itself would look for its binary; null while there is none. */
function electronBinary() {
  const { ELECTRON_OVERRIDE_DIST_PATH: override } = process.env;
  const pathFile = join(electron, "path.txt");
  const name = existsSync(pathFile) ? readFileSync(pathFile, "utf8") : override ? "electron" : null;
  if (name === null) return null;
  const binary = join(override ?? join(electron, "dist"), name);
  return existsSync(binary) ? binary : null;
}

/** Whether somebody listens there. A proxy is taken at its word. */
function answers(url) {
  if (process.env.ELECTRON_GET_USE_PROXY) return Promise.resolve(true);
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) || (protocol === "http:" ? 80 : 443) });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** The Node 24 that the install brought (Linux, Windows), else the one that runs this. */
function node24() {
  const windows = process.platform === "win32";
  const folder = join(root, "node_modules", `node-${windows ? "win" : process.platform}-${process.arch}`, "bin");
  const binary = join(folder, windows ? "node.exe" : "node");
  return existsSync(binary) ? binary : process.execPath;
}

/** Runs it to its end; a signal to this process is one to it. */
function run(command, parameters, env, lines = []) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { stdio: ["inherit", "inherit", "inherit", ...lines], env });
    // Ctrl-C reaches both of them through the terminal.
    process.on("SIGINT", () => undefined);
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.once("error", () => resolve(CANNOT_START));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
