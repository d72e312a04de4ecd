// `npm run test:elsewhere -- MACHINE [what vitest takes]`: tests as on another machine of machines.mjs. Processors, memory and
// names come from preload.mjs; the rest is the environment: time zone, language, a home folder of another name, in which an
// earlier run left its files, a folder for temporary files with a space in it, a mask that lets nobody else read.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MACHINES, machineEnvironment } from "./machines.mjs";

const [name, ...args] = process.argv.slice(2);
const machine = MACHINES[name];
if (!machine) {
  console.error(`Name one of these machines: ${Object.keys(MACHINES).join(", ")}.`);
  process.exit(1);
}

const root = join(import.meta.dirname, "..", "..");
const place = mkdtempSync(join(tmpdir(), `quantscope ${name} é `));
const home = join(place, machine.user);
const temporary = join(place, "temporary files");
const nothing = join(place, "nothing");
for (const folder of [home, temporary, nothing]) mkdirSync(folder);
// Only Linux's root can hide the fonts of the whole system from one process.
const hideFonts = !machine.fonts && process.platform === "linux" && process.getuid() === 0;
if (!machine.fonts && !hideFonts) console.error("The system's fonts stay: hiding them takes Linux's root.");

const env = {
  // Without the folders of this machine's user.
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("XDG_"))),
  ...machineEnvironment(name),
  HOME: home,
  USERPROFILE: home,
  USER: machine.user,
  LOGNAME: machine.user,
  TMPDIR: temporary,
};

process.umask(0o077);
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const cli = join(root, "out", "main", "cli.js");
const short = ["--passes", "forward", "--batch-sizes", "1", "--sequence-length", "16", "--launches", "1"];
const earlier = [cli, "run", "--model", "demo", "--cells", "fp32", ...short, "--depth", "preview"];
const status = run(earlier) || run([vitest, "run", ...args]);
rmSync(place, { recursive: true, force: true });
process.exit(status);

function run(parameters) {
  const hide = ["-m", "sh", "-c", 'mount --bind "$0" /usr/share/fonts && exec "$@"', nothing, process.execPath];
  const [command, before] = hideFonts ? ["unshare", hide] : [process.execPath, []];
  const { status, error } = spawnSync(command, [...before, ...parameters], { cwd: root, stdio: "inherit", env });
  if (error) console.error(String(error));
  return status ?? 1;
}
