import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { libraryFolder, missingLibraries, onnxRuntimeVersion } from "#core/system/onnxruntime-files.ts";
import { scratchDir } from "../../helpers/lab.ts";

const SHARED = "libonnxruntime_providers_shared.so";
const CUDA = "libonnxruntime_providers_cuda.so";

describe("libraryFolder", () => {
  it("holds what the installed package has for Windows: the tables' names are the real ones", () => {
    for (const arch of ["x64", "arm64"]) {
      const folder = libraryFolder("win32", arch);
      expect(missingLibraries("dml", "win32", folder)).toEqual([]);
      expect(missingLibraries("webgpu", "win32", folder)).toEqual([]);
    }
  });
});

describe("missingLibraries", () => {
  it("names each file that is not there", () => {
    const folder = scratchDir();
    expect(missingLibraries("cuda", "linux", folder)).toEqual([SHARED, CUDA]);
    writeFileSync(join(folder, SHARED), "");
    expect(missingLibraries("cuda", "linux", folder)).toEqual([CUDA]);
    mkdirSync(join(folder, CUDA));
    expect(missingLibraries("cuda", "linux", folder)).toEqual([]);
  });

  it("misses nothing for what is built in, nor on a system that needs no file", () => {
    expect(missingLibraries("cpu", "linux", "/nowhere")).toEqual([]);
    expect(missingLibraries("webgpu", "linux", "/nowhere")).toEqual([]);
  });
});

describe("onnxRuntimeVersion", () => {
  it("is a version", () => {
    expect(onnxRuntimeVersion()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
