import { describe, expect, it } from "vitest";
import { toCsv } from "#shared/exports/csv.ts";

describe("toCsv", () => {
  it("writes lines that end as RFC 4180 says, numbers with all their digits, nothing for null", () => {
    expect(
      toCsv([
        ["a", "b"],
        [0.1 + 0.2, null],
      ]),
    ).toBe("a,b\r\n0.30000000000000004,\r\n");
  });

  it("quotes what would break a line or a field", () => {
    expect(toCsv([['say "hi"', "a,b", "two\nlines"]])).toBe('"say ""hi""","a,b","two\nlines"\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@x", "\tx"])("keeps %j from being a formula", (text) => {
    expect(toCsv([[text]])).toBe(`'${text}\r\n`);
  });

  it("leaves negative numbers numbers", () => {
    expect(toCsv([[-1.5]])).toBe("-1.5\r\n");
  });

  it("is empty without rows", () => {
    expect(toCsv([])).toBe("");
  });
});
