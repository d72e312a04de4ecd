import { describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import { explain } from "../../src/host/explain.ts";

describe("explain", () => {
  it.each(["STORE_UNUSABLE", "STORE_TOO_NEW", "STORE_CORRUPT", "DISK_FULL"] as const)(
    "gives %s exit code 4",
    (code) => {
      expect(explain(new LabError(code, "no"))).toEqual({ message: "no", exitCode: 4 });
    },
  );

  it("gives a wrong argument exit code 1", () => {
    expect(explain(new RangeError("--port x"))).toEqual({ message: "--port x", exitCode: 1 });
  });

  it("says what to do about a port that is taken or forbidden", () => {
    expect(explain(Object.assign(new Error("listen"), { code: "EADDRINUSE" })).message).toContain("--port");
    expect(explain(Object.assign(new Error("listen"), { code: "EACCES" })).message).toContain("1023");
  });

  it("keeps to one line", () => {
    expect(explain(new Error("one\n  two")).message).toBe("one two");
  });
});
