import * as fs from "node:fs";
import { afterAll, describe, expect, it, vi } from "vitest";
import { OutputFiles } from "#core/onnx/output-files.ts";
import { temporaryFolder } from "./build-model.ts";

vi.mock("node:fs", async (original) => ({ ...(await original<typeof fs>()) }));

const folder = temporaryFolder();
afterAll(folder.remove);

describe("OutputFiles", () => {
  it("makes the folder and shows the files only after commit", () => {
    using output = new OutputFiles(folder.file("deep/onnx"), 4);
    output.add(folder.file("deep/onnx/a"), 4);
    output.write(0, Uint8Array.of(3, 4), 2);
    expect(fs.existsSync(folder.file("deep/onnx/a"))).toBe(false);
    output.commit();
    expect([...fs.readFileSync(folder.file("deep/onnx/a"))]).toEqual([0, 0, 3, 4]);
    expect(fs.readdirSync(folder.file("deep/onnx"))).toEqual(["a"]);
  });

  it("replaces a file that is there", () => {
    fs.writeFileSync(folder.file("b"), "old");
    using output = new OutputFiles(folder.path, 1);
    output.add(folder.file("b"), 1);
    output.write(0, Uint8Array.of(65), 0);
    expect(fs.readFileSync(folder.file("b"), "utf8")).toBe("old");
    output.commit();
    expect(fs.readFileSync(folder.file("b"), "utf8")).toBe("A");
  });

  it("removes what a killed process left an hour ago, and nothing younger", () => {
    fs.writeFileSync(folder.file("c.partial-old"), "");
    fs.utimesSync(folder.file("c.partial-old"), 0, 0);
    fs.writeFileSync(folder.file("c.partial-new"), "");
    using output = new OutputFiles(folder.path, 0);
    output.add(folder.file("c"), 0);
    expect(fs.existsSync(folder.file("c.partial-old"))).toBe(false);
    expect(fs.existsSync(folder.file("c.partial-new"))).toBe(true);
  });

  it("removes its temporary files when nothing was committed", () => {
    {
      using output = new OutputFiles(folder.path, 10);
      output.add(folder.file("d"), 10);
    }
    expect(fs.readdirSync(folder.path).filter((name) => name.startsWith("d."))).toEqual([]);
  });

  it.each(["EACCES", "EROFS", "EPERM"])("names the file and the remedy on %s", (code) => {
    const open = vi.spyOn(fs, "openSync").mockImplementation(() => {
      throw Object.assign(new Error(code), { code });
    });
    using output = new OutputFiles(folder.path, 10);
    try {
      expect(() => output.add(folder.file("e"), 10)).toThrow(
        expect.objectContaining({ code: "OUTPUT_UNWRITABLE", message: expect.stringContaining(code) as string }),
      );
    } finally {
      open.mockRestore();
    }
  });

  it("tells how much is needed and how much is free", () => {
    expect(() => new OutputFiles(folder.path, 1e15)).toThrow(
      expect.objectContaining({
        code: "DISK_FULL",
        message: expect.stringMatching(/1000000000 MB are needed and \d+ MB are free/) as string,
      }),
    );
  });
});
