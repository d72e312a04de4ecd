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
