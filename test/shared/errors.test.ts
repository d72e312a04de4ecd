import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, LabError, toEnvelope } from "#shared/errors.ts";
import { errorEnvelopeSchema } from "#shared/api.ts";

describe("toEnvelope", () => {
  it("keeps code, message and details of an error of ours", () => {
    const error = new LabError("DISK_FULL", "full", { file: "x" }, { cause: new Error("ENOSPC") });
    expect(toEnvelope(error)).toEqual({ code: "DISK_FULL", message: "full", details: { file: "x" } });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it.each([
    [new TypeError("a bug"), "a bug"],
    ["a text", "a text"],
    [undefined, "undefined"],
    [null, "null"],
  ])("makes INTERNAL of %s", (thrown, message) => {
    expect(toEnvelope(thrown)).toEqual({ code: "INTERNAL", message, details: {} });
  });

  it.each([
    ["ENOSPC", "DISK_FULL"],
    ["ENAMETOOLONG", "PATH_REFUSED"],
    ["EACCES", "PATH_REFUSED"],
    ["EROFS", "PATH_REFUSED"],
    ["EMFILE", "NOT_AVAILABLE"],
    ["ENOMEM", "OUT_OF_MEMORY"],
    ["SQLITE_FULL", "DISK_FULL"],
    ["SQLITE_BUSY_SNAPSHOT", "STORE_UNUSABLE"],
    ["SQLITE_READONLY", "STORE_UNUSABLE"],
    ["SQLITE_IOERR_WRITE", "STORE_UNUSABLE"],
    ["SQLITE_CORRUPT_VTAB", "STORE_CORRUPT"],
  ])("gives what the system refused with %s the code %s, and a remedy", (system, code) => {
    const error = Object.assign(new Error("it said no"), { code: system });
    expect(toEnvelope(error)).toEqual({
      code,
      message: expect.stringMatching(/^it said no\. [A-Z].*\.$/) as string,
      details: {},
    });
  });

  it.each(["SQLITE_CONSTRAINT_UNIQUE", "SQLITE_ERROR", "ERR_INVALID_ARG_TYPE", "constructor"])(
    "leaves %s a mistake of ours",
    (code) => {
      expect(toEnvelope(Object.assign(new Error("x"), { code })).code).toBe("INTERNAL");
    },
  );

  it("knows a path with a NUL", () => {
    let thrown: unknown;
    try {
      readFileSync("a\0b");
    } catch (error) {
      thrown = error;
    }
    expect(toEnvelope(thrown).code).toBe("PATH_REFUSED");
  });

  it("gives what the contract accepts", () => {
    expect(errorEnvelopeSchema.parse(toEnvelope(new LabError("TIMEOUT", "late")))).toMatchObject({ code: "TIMEOUT" });
    expect(errorEnvelopeSchema.safeParse({ code: "OOPS", message: "", details: {} }).success).toBe(false);
  });
});

describe("ERROR_CODES", () => {
  it("holds each code once", () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
  });
});
