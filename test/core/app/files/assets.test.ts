import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { assetFile, CONTENT_SECURITY_POLICY, readAsset } from "#core/app/files/assets.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const root = resolve("pages");

describe("assetFile", () => {
  it("takes / as index.html and other paths as they are", () => {
    expect(assetFile(root, "/")).toBe(join(root, "index.html"));
    expect(assetFile(root, "/assets/index-a1.js")).toBe(join(root, "assets", "index-a1.js"));
    expect(assetFile(root, "/a%20b.css")).toBe(join(root, "a b.css"));
  });

  it.each([
    "/../secret.html",
    "/..%2fsecret.html",
    "/%2e%2e/secret.html",
    "/%2e%2e%2f%2e%2e%2fsecret.html",
    "/assets/../../secret.html",
    "/..\\secret.html",
    "/..%5csecret.html",
    "/C:/secret.html",
    "/index.html%00.png",
    "/%zz.html",
    "/../pages-of-another/index.html",
    "/.",
    "/..",
  ])("refuses %s", (pathname) => {
    expect(assetFile(root, pathname)).toBeNull();
  });

  it.each(["/package.json", "/secret", "/lab.db", "/index.html.map"])(
    "refuses a kind that the pages lack: %s",
    (path) => {
      expect(assetFile(root, path)).toBeNull();
    },
  );

  it("decodes once", () => {
    expect(assetFile(root, "/%252e%252e%252fsecret.html")).toBe(join(root, "%2e%2e%2fsecret.html"));
  });
});

describe("readAsset", () => {
  it("gives the file, its type and every safety header", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "index.html"), "<p>hello");
    const { status, headers, body } = await readAsset(folder, "/");
    expect(status).toBe(200);
    expect(Buffer.from(body).toString()).toBe("<p>hello");
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  it("answers 404, with the safety headers, for a missing file and for a folder", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "folder.html"));
    for (const path of ["/missing.html", "/folder.html", "/../index.html"]) {
      const { status, headers } = await readAsset(folder, path);
      expect(status).toBe(404);
      expect(headers["content-security-policy"]).toBe(CONTENT_SECURITY_POLICY);
    }
  });
});

describe("CONTENT_SECURITY_POLICY", () => {
  it("allows nothing inline, no evaluation and no other origin", () => {
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*/);
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
    expect(CONTENT_SECURITY_POLICY).toContain("require-trusted-types-for 'script'");
  });
});
