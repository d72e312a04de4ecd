import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { resultsSchema } from "#shared/results.ts";
import { REPORT_FORMATS, reportFiles } from "#core/reports/report-files.ts";
import { partsOf, type ReportFile, writeFiles } from "#core/reports/write-files.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { sampleQuestions, sampleResults } from "../../shared/exports/sample.ts";

const textOf = ({ content }: ReportFile): string => [...partsOf(content)].map((part) => part.toString()).join("");

const input = { results: sampleResults(), questions: sampleQuestions };

describe("reportFiles", () => {
  it.each(REPORT_FORMATS)("has files for %s, under names that any file system takes", async (format) => {
    const files = await reportFiles(format, input);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(file.name).toMatch(/^[\w@./-]+$/);
      expect(textOf(file).length).toBeGreaterThan(0);
    }
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
  });

  it("gives JSON that the schema of results takes", async () => {
    const [file] = await reportFiles("json", input);
    expect(resultsSchema.parse(JSON.parse(textOf(file!)))).toEqual(input.results);
  });

  it("lets no label of a cell lead out of the folder", async () => {
    const cells = input.results.cells.map((cell, index) => ({ ...cell, label: `../../${index}` }));
    const files = await reportFiles("lm-eval", { ...input, results: { ...input.results, cells } });
    expect(files.every(({ name }) => name.split("/").every((part) => part !== ".."))).toBe(true);
  });
});

describe("writeFiles", () => {
  it("makes folders, replaces whole files and leaves no parts", () => {
    const dir = join(scratchDir(), "a", "b");
    writeFiles(dir, [{ name: "x.txt", content: "old" }], "");
    const paths = writeFiles(
      dir,
      [
        { name: "x.txt", content: "new ü" },
        { name: "c/y.bin", content: Uint8Array.of(1, 2) },
      ],
      "",
    );
    expect(paths).toEqual([join(dir, "x.txt"), join(dir, "c", "y.bin")]);
    expect(readFileSync(paths[0]!, "utf8")).toBe("new ü");
    expect([readdirSync(dir).sort(), readdirSync(join(dir, "c"))]).toEqual([["c", "x.txt"], ["y.bin"]]);
  });

  it("leaves what was there where the new file cannot be put in its place, and says what to do", () => {
    const dir = scratchDir();
    mkdirSync(join(dir, "x.txt"));
    expect(() => writeFiles(dir, [{ name: "x.txt", content: "x" }], "Do this.")).toThrow(
      /x\.txt cannot be written: .* Do this\.$/,
    );
    expect(readdirSync(dir)).toEqual(["x.txt"]);
  });

  it.each(["../x", "a/../../x", "."])("refuses the name %j", (name) => {
    const dir = join(scratchDir(), "out");
    expect(() => writeFiles(dir, [{ name, content: "x" }], "")).toThrow(
      expect.objectContaining({ code: "PATH_REFUSED" }),
    );
    expect(existsSync(join(dir, "..", "x"))).toBe(false);
  });

  it("writes texts that come in parts one after another, and nothing of them when one cannot be made", () => {
    const dir = scratchDir();
    const [path] = writeFiles(dir, [{ name: "x.csv", content: ["a,", "b\r\n", "ü"] }], "");
    expect(readFileSync(path!, "utf8")).toBe("a,b\r\nü");
    function* broken(): Iterable<string> {
      yield "a".repeat(3e6);
      throw new Error("a bug");
    }
    expect(() => writeFiles(dir, [{ name: "x.csv", content: broken() }], "")).toThrow("a bug");
    expect(readdirSync(dir)).toEqual(["x.csv"]);
    expect(readFileSync(path!, "utf8")).toBe("a,b\r\nü");
  });

  it("refuses a folder below a file", () => {
    const file = join(scratchDir(), "file");
    writeFileSync(file, "");
    expect(() => writeFiles(join(file, "out"), [], "")).toThrow(expect.objectContaining({ code: "OUTPUT_UNWRITABLE" }));
  });
});
