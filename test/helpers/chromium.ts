import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/** A headless Chromium: the one that $CHROMIUM names, else Debian's, else the one that npm brought (Linux x64). */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = await chromiumPath();
  // As root, as in most containers, Chromium's sandbox refuses to start.
  return chromium.launch({ executablePath, args: [...args], chromiumSandbox: process.getuid?.() !== 0 });
}

/** Of npm's, unpacked by the first call. */
export async function chromiumPath(): Promise<string> {
  return process.env.CHROMIUM ?? (existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : await fromNpm());
}

async function fromNpm(): Promise<string> {
  // Only the binary: the flags that the package suggests switch off web security, which is what is tested here.
  const { default: packed } = await import("@sparticuz/chromium");
  return packed.executablePath();
}
