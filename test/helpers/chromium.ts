import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync, createBrotliDecompress } from "node:zlib";
import { type Browser, type BrowserServer, chromium } from "playwright-core";
import { appRoot } from "#core/system/app-version.ts";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";
const MODULES = join(appRoot(), "node_modules");
const PACKAGE = join(MODULES, "@sparticuz", "chromium");

/** A headless Chromium: the one that $CHROMIUM names, else Debian's, else the one that npm brought (Linux x64). */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = await chromiumPath();
  const folder = dirname(executablePath);
  const fonts = join(folder, "all-fonts.conf");
  const own = existsSync(fonts);
  // Where the system lacks the locale that is asked for, Chromium reads and writes no file with a letter beyond ASCII in its path.
  const env = { ...process.env, LC_ALL: "C.UTF-8", ...(own && { FONTCONFIG_FILE: fonts }) };
  const tag = language(process.env);
  const all = [...args, ...(tag === null ? [] : [`--accept-lang=${tag}`])];
  const launch = (more: { chromiumSandbox: boolean; env?: NodeJS.ProcessEnv }): Promise<Browser> =>
    chromium.launch({ executablePath, args: all, env, ...more });
  try {
    // As root, as in most containers, Chromium's sandbox refuses to start.
    return await launch({ chromiumSandbox: process.getuid?.() !== 0 });
  } catch (error) {
    const why = String(error);
    // Ubuntu lets only programs that it knows have one.
    if (/no usable sandbox/i.test(why)) return launch({ chromiumSandbox: false });
    // A system without a browser lacks some libraries, which npm brought too.
    if (!own || !why.includes("error while loading shared libraries")) throw error;
    return launch({ chromiumSandbox: false, env: { ...env, LD_LIBRARY_PATH: join(folder, "lib") } });
  }
}

/** The language that this machine's user reads, as Chromium would find it: `tr-TR`; null for C and POSIX. */
function language({ LANGUAGE, LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): string | null {
  const locale = [LANGUAGE, LC_ALL, LC_MESSAGES, LANG].find(Boolean) ?? "";
  return /^[a-z]{2,3}(_[A-Z]{2})?(?=[.:@]|$)/.exec(locale)?.[0].replace("_", "-") ?? null;
}

/** Of npm's, unpacked by the first call. */
export async function chromiumPath(): Promise<string> {
  return process.env.CHROMIUM ?? (existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : await fromNpm());
}

/**
 * Unpacked whole or not at all, and into this checkout: the package itself unpacks into the folder for temporary files, where
 * another user's may lie, another version's, or the half that an interrupted test run left.
 */
async function fromNpm(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { version: string };
  const folder = join(MODULES, ".cache", `chromium-${version}`);
  const executable = join(folder, "chromium");
  if (existsSync(executable)) return executable;
  mkdirSync(dirname(folder), { recursive: true });
  const making = mkdtempSync(`${folder}-`);
  const packed = (name: string): string => join(PACKAGE, "bin", `${name}.br`);
  for (const archive of ["swiftshader.tar", "fonts.tar", "al2023.tar"]) {
    execFileSync("tar", ["-xf", "-", "-C", making], { input: brotliDecompressSync(readFileSync(packed(archive))) });
  }
  // The system's fonts first, so that pages look as its users see them; npm's where it has none.
  const system = "/etc/fonts/fonts.conf";
  writeFileSync(
    join(making, "all-fonts.conf"),
    `<fontconfig><include ignore_missing="yes">${system}</include><dir>${join(folder, "fonts")}</dir></fontconfig>\n`,
  );
  const binary = createWriteStream(join(making, "chromium"), { mode: 0o755 });
  await pipeline(createReadStream(packed("chromium")), createBrotliDecompress(), binary);
  try {
    renameSync(making, folder);
  } catch (error) {
    // Somebody else was faster.
    rmSync(making, { recursive: true });
    if (!existsSync(executable)) throw error;
  }
  return executable;
}

/** The same as a server, for a process of ours that may not start one itself. */
export async function serveChromium(): Promise<BrowserServer> {
  const executablePath = await chromiumPath();
  return chromium.launchServer({ executablePath, chromiumSandbox: process.getuid?.() !== 0, host: "127.0.0.1" });
}
