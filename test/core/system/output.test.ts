import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { outliveReaders } from "#core/system/output.ts";

function afterFailures(...codes: string[]): string | undefined {
  const stream = new PassThrough();
  const { failure } = outliveReaders([stream]);
  for (const code of codes) stream.emit("error", Object.assign(new Error(`write ${code}`), { code }));
  return failure(stream)?.message;
}

describe("outliveReaders", () => {
  it.each(["EPIPE", "EOF", "EIO"])("takes no notice of a reader or a terminal that has gone (%s)", (code) => {
    expect(afterFailures(code)).toBeUndefined();
  });

  it("keeps the first other failure, and no failure ends the program", () => {
    expect(afterFailures("ENOSPC", "EPIPE", "EBADF")).toBe("write ENOSPC");
  });
});
