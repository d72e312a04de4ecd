import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { FileWindow, readFully } from "#core/onnx/file-window.ts";
import { createRandom } from "#shared/random.ts";
import { temporaryFolder } from "./build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const path = folder.file("bytes");
writeFileSync(path, bytes);

describe("FileWindow", () => {
  it("gives every byte as one reads on, over the ends of growing windows", () => {
    using file = new FileWindow(path);
    const wrong = bytes.findIndex((byte, offset) => file.byteAt(offset) !== byte);
    expect({ size: file.size, wrong }).toEqual({ size: bytes.length, wrong: -1 });
  });

  it("gives bytes and slices after jumps, forth and back", () => {
    using file = new FileWindow(path);
    const random = createRandom(1);
    for (let i = 0; i < 300; i++) {
      const offset = random.nextInt(bytes.length);
      expect(file.byteAt(offset)).toBe(bytes[offset]);
      const length = Math.min(random.nextInt(9000), bytes.length - offset);
      expect(Buffer.compare(file.slice(offset, length), bytes.subarray(offset, offset + length))).toBe(0);
    }
  });

  it("refuses what lies beyond the end", () => {
    using file = new FileWindow(path);
    expect(() => file.byteAt(bytes.length)).toThrow(RangeError);
    expect(() => file.slice(bytes.length - 2, 3)).toThrow("1 bytes too early");
    expect(() => {
      readFully(-1, new Uint8Array(1), 0);
    }).toThrow();
  });
});
