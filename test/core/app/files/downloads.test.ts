import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Downloads } from "#core/app/files/downloads.ts";
import { scratchDir } from "../../../helpers/lab.ts";

function offered(downloads: Downloads): { url: string; file: string } {
  const file = downloads.place();
  writeFileSync(file, "content");
  return { file, url: downloads.offer({ file, fileName: "a.json", mediaType: "application/json", shown: false }) };
}

function opened(folder: string, keptMs?: number): Downloads {
  const downloads = new Downloads(folder, keptMs);
  onTestFinished(() => {
    downloads.close();
  });
  return downloads;
}

describe("Downloads", () => {
  it("finds what was offered under its own address, and nothing under another", () => {
    const downloads = opened(join(scratchDir(), "exports"));
    const [one, other] = [offered(downloads), offered(downloads)];
    expect(downloads.find(one.url)).toMatchObject({ file: one.file, fileName: "a.json" });
    expect(one.url).not.toBe(other.url);
    for (const path of ["/export/", "/export/x", `${one.url}x`, one.url.slice(1), "/", one.file]) {
      expect(downloads.find(path), path).toBeNull();
    }
  });

  it("forgets and removes it after a while", async () => {
    const downloads = opened(join(scratchDir(), "exports"), 1);
    const { url, file } = offered(downloads);
    await expect.poll(() => existsSync(file)).toBe(false);
    expect(downloads.find(url)).toBeNull();
  });

  it("leaves nothing behind when it is closed, and at the start removes what a killed program left", () => {
    const folder = join(scratchDir(), "exports");
    const downloads = opened(folder);
    offered(downloads);
    downloads.close();
    expect(readdirSync(folder)).toEqual([]);

    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "old"), "");
    writeFileSync(join(folder, "new"), "");
    utimesSync(join(folder, "old"), new Date(0), new Date(0));
    opened(folder);
    expect(readdirSync(folder)).toEqual(["new"]);
  });

  it("makes no folder before it is needed", () => {
    const folder = join(scratchDir(), "exports");
    opened(folder);
    expect(existsSync(folder)).toBe(false);
  });
});
