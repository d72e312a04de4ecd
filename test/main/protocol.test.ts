import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { registerScheme, serveAssets } from "../../src/main/protocol.ts";
import { recorded } from "../helpers/fake-electron.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

function get(url: string, method = "GET"): Promise<Response> {
  return recorded.protocols.get("lab")!(new Request(url, { method }));
}

describe("registerScheme", () => {
  it("asks for an origin of its own and for no exception from the policy", () => {
    registerScheme();
    const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
    expect(recorded.privileged).toEqual([{ scheme: "lab", privileges }]);
  });
});

describe("serveAssets", () => {
  it("serves the pages with the policy", async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, "index.html"), "<p>hello");
    serveAssets(root);
    const response = await get("lab://app/");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("<p>hello");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it.each(["lab://app/..%2fpackage.json", "lab://app/missing.js", "lab://other/", "https://app/"])(
    "answers 404 to %s",
    async (url) => {
      serveAssets(temporaryFolder());
      expect((await get(url)).status).toBe(404);
    },
  );

  it("reads only", async () => {
    serveAssets(temporaryFolder());
    expect((await get("lab://app/", "POST")).status).toBe(404);
  });
});
