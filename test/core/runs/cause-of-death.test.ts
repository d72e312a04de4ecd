import { describe, expect, it } from "vitest";
import { causeOfDeath } from "#core/runs/cause-of-death.ts";

const V8 = `
<--- Last few GCs --->

[14160:0x39094000]      314 ms: Scavenge 18.6 (27.8) -> 18.4 (51.5) MB, pooled: 0 MB, 27.36 / 0.00 ms
FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0x931db0  [node]
 2: 0x75968e node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]
10: 0x1add9b6  [node]`;

describe("causeOfDeath", () => {
  it("says that memory ran out in V8's own sentence, without its stack and its collections", () => {
    expect(causeOfDeath({ code: null, signal: "SIGABRT", stderr: V8 }, "The child")).toEqual({
      outOfMemory: true,
      message:
        "The child ran out of memory. It wrote: FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory.",
    });
  });

  it("names signal or exit code, and what was written last", () => {
    const of = (code: number | null, signal: string | null, stderr = ""): string =>
      causeOfDeath({ code, signal, stderr }, "The child").message;
    expect(of(null, "SIGSEGV")).toBe("The child was killed (SIGSEGV).");
    expect(of(3, null, "Error: no!\n    at main.js:1\n\nNode.js v24.21.0")).toBe(
      "The child ended with exit code 3. It wrote: Error: no!",
    );
    expect(of(null, null, "spawn node ENOENT")).toBe(
      "The child could not be started or ended in an unknown way. It wrote: spawn node ENOENT.",
    );
  });
});
