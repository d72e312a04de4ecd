// Makes a fresh clone ready, with no dependency of its own and on any Node from 18 up: installs when node_modules is
// missing or older than the lockfile, and with --build builds when out/ is missing or older than the sources.
// The scripts of package.json start it through npm, in a shell of its own: theirs would remember where it found the older node
// of the system, and not look for the one that was just installed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modified = (file) => (existsSync(join(root, file)) ? statSync(join(root, file)).mtimeMs : 0);

// npm writes this file at the end of every install, so it is the time of the last complete one.
if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  step("installing packages (once)", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}
checkNode();
if (
  process.argv.includes("--build") &&
  modified("out/main/cli.js") < newest(["src", "package.json", "electron.vite.config.ts"])
) {
  step("building", node24(), [
    join(root, "node_modules/electron-vite/bin/electron-vite.js"),
    "build",
    "--logLevel",
    "warn",
  ]);
}

/** The Node 24 that the install brought (Linux, Windows), else the one that runs this. */
function node24() {
  const windows = process.platform === "win32";
  const folder = join(root, "node_modules", `node-${windows ? "win" : process.platform}-${process.arch}`, "bin");
  const binary = join(folder, windows ? "node.exe" : "node");
  return existsSync(binary) ? binary : process.execPath;
}

function checkNode() {
  const version = spawnSync(node24(), ["--version"], { encoding: "utf8" }).stdout.trim();
  if (Number(version.slice(1).split(".")[0]) < 24) {
    fail(`Quantscope needs Node 24 and found ${version}. Install Node 24 (https://nodejs.org) and try again.`);
  }
}

function newest(paths) {
  return Math.max(
    ...paths.map((path) => {
      const stat = statSync(join(root, path));
      if (!stat.isDirectory()) return stat.mtimeMs;
      return Math.max(stat.mtimeMs, ...readdirSync(join(root, path)).map((name) => newest([join(path, name)])));
    }),
  );
}

function step(what, command, args) {
  process.stderr.write(`quantscope: ${what} ...\n`);
  const result = spawnSync(command, args, {
    cwd: root,
    // What is asked for goes to stdout; all of this is chatter.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32" && command === "npm",
  });
  if (result.error) fail(`${what} failed: ${result.error.message}`);
  if (result.status !== 0) fail(`${what} failed (exit ${result.status ?? result.signal}); the lines above say why.`);
}

function fail(message) {
  process.stderr.write(`quantscope: ${message}\n`);
  process.exit(1);
}
