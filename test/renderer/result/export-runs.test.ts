import { describe, expect, it } from "vitest";
import { EXPORT_FORMATS, EXPORTS } from "#shared/exports/formats.ts";
import { purposeOf, readFormat, unavailable } from "../../../src/renderer/views/result/export-runs.ts";

describe("readFormat", () => {
  it("is what was kept, and the report for anything else", () => {
    expect(EXPORT_FORMATS.map(readFormat)).toEqual([...EXPORT_FORMATS]);
    for (const kept of [null, "xls", 7, {}]) expect(readFormat(kept)).toBe("html");
  });
});

describe("purposeOf", () => {
  it("is one sentence for each format", () => {
    for (const format of EXPORT_FORMATS) expect(purposeOf(format, false)).toMatch(/^[A-Z].{20,100}[^.]\.$/);
  });

  it("says of a PDF in a browser that it is the browser that prints", () => {
    expect(purposeOf("pdf", true)).toContain("print dialog");
    expect(purposeOf("pdf", false)).toBe(EXPORTS.pdf.purpose);
    expect(purposeOf("csv", true)).toBe(EXPORTS.csv.purpose);
  });
});

describe("unavailable", () => {
  it("names what cannot be had now, and why; the report always can", () => {
    expect(unavailable(1, false)).toEqual({});
    expect(Object.keys(unavailable(2, false))).toEqual(["pdf"]);
    expect(Object.keys(unavailable(1, true))).toEqual(["qsrun"]);
    expect(unavailable(2, true).html).toBeUndefined();
  });
});
