import { closeSync, fstatSync, openSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { keepSourcesOpen, openSource, openSourceFile } from "#core/onnx/tensor-source.ts";
import { temporaryFolder } from "./build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const file = folder.file("weights");
const source = { name: "w", data: { file, offset: 2, length: 3 } };

function read(): number[] {
  using reader = openSource(source);
  const bytes = new Uint8Array(3);
  reader.read(bytes, 0);
  return [...bytes];
}

describe("keepSourcesOpen", () => {
  it("opens a file once, until the last of those who asked for it is done", () => {
    writeFileSync(file, Uint8Array.of(9, 9, 1, 2, 3, 9));
    const outer = keepSourcesOpen();
    const inner = keepSourcesOpen();
    expect(read()).toEqual([1, 2, 3]);
    // Whoever opens the name again gets another file.
    renameSync(file, folder.file("moved"));
    writeFileSync(file, Uint8Array.of(0, 0, 4, 5, 6));
    expect(read()).toEqual([1, 2, 3]);
    inner[Symbol.dispose]();
    expect(read()).toEqual([1, 2, 3]);
    outer[Symbol.dispose]();
    expect(read()).toEqual([4, 5, 6]);
  });

  it("closes what it kept, and nothing twice", () => {
    const open = keepSourcesOpen();
    const kept = openSourceFile(file);
    open[Symbol.dispose]();
    expect(() => fstatSync(kept.fd)).toThrow(/EBADF/);
    // The number may be another file's by now.
    const other = openSync(file, "r");
    expect(other).toBe(kept.fd);
    kept[Symbol.dispose]();
    fstatSync(other);
    closeSync(other);
  });

  it("is not needed to read", () => {
    const single = openSourceFile(file);
    single[Symbol.dispose]();
    expect(() => fstatSync(single.fd)).toThrow(/EBADF/);
  });
});
