import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { MOST_ENTRIES, ZipFile } from "#core/bundles/zip-file.ts";
import { scratchDir } from "../../helpers/lab.ts";

describe("ZipFile", () => {
  it("holds texts, bytes and texts in parts under their names, and is there only when it is whole", () => {
    const path = join(scratchDir(), "a.zip");
    using zip = new ZipFile(path, "");
    zip.add({ name: "text.txt", content: "Größe 🙂" });
    zip.add({ name: "bytes.png", content: Uint8Array.of(0, 255, 1) }, "folder/");
    zip.add({ name: "parts.csv", content: ["a,b\r\n", "", "1,2\r\n"] });
    zip.add({ name: "empty.txt", content: "" });
    expect(existsSync(path)).toBe(false);
    zip.commit();
    const entries = unzipSync(readFileSync(path));
    expect(Object.keys(entries)).toEqual(["text.txt", "folder/bytes.png", "parts.csv", "empty.txt"]);
    expect(strFromU8(entries["text.txt"]!)).toBe("Größe 🙂");
    expect([...entries["folder/bytes.png"]!]).toEqual([0, 255, 1]);
    expect(strFromU8(entries["parts.csv"]!)).toBe("a,b\r\n1,2\r\n");
    expect(zip.bytes).toBe(readFileSync(path).length);
  });

  it("writes as it goes: a long text is on the disk before it has ended", () => {
    const path = join(scratchDir(), "a.zip");
    using zip = new ZipFile(path, "");
    let seenBytes = 0;
    const random = createRandom(1);
    function* parts(): Iterable<string> {
      for (let part = 0; part < 40; part++) {
        seenBytes = statSync(`${path}.part`).size;
        // Hardly to be packed, so that little makes a large file.
        yield Buffer.from(Uint32Array.from({ length: 10_000 }, () => random.nextInt(2 ** 32)).buffer).toString(
          "base64",
        );
      }
    }
    zip.add({ name: "long.csv", content: parts() });
    zip.commit();
    expect(seenBytes).toBeGreaterThan(1 << 20);
    expect(unzipSync(readFileSync(path))["long.csv"]!.length).toBeGreaterThan(2e6);
  });

  it("leaves what was there, and no part, when it is given up", () => {
    const path = join(scratchDir(), "a.zip");
    writeFileSync(path, "old");
    {
      using zip = new ZipFile(path, "");
      zip.add({ name: "a", content: "b" });
    }
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it("refuses a name twice, and more files than a zip can count", () => {
    using zip = new ZipFile(join(scratchDir(), "a.zip"), "");
    zip.add({ name: "a", content: "" });
    expect(() => {
      zip.add({ name: "a", content: "" });
    }).toThrow(/hold a twice/);
    for (let index = 1; index < MOST_ENTRIES; index++) zip.add({ name: `${index}.png`, content: "" });
    expect(() => {
      zip.add({ name: "one more", content: "" });
    }).toThrow(expect.objectContaining({ code: "NOT_AVAILABLE" }));
  });

  it("says where it cannot be written", () => {
    expect(() => new ZipFile(join(scratchDir(), "none", "a.zip"), "Do this.")).toThrow(
      expect.objectContaining({ code: "OUTPUT_UNWRITABLE", message: expect.stringContaining("Do this.") as string }),
    );
  });
});
