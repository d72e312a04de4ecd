import { afterEach, describe, expect, it, vi } from "vitest";
import { type ErrorCode, LabError } from "#shared/errors.ts";
import { checkNode } from "../../src/cli/check-node.ts";
import { exitCodeOf, exitCodeOfRun, leave, sayError } from "../../src/cli/exit.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const captured = (): string[] => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => (lines.push(String(text)), true));
  return lines;
};

describe("leave", () => {
  it("waits until all is out, then ends the program with the code", async () => {
    const done: string[] = [];
    vi.spyOn(process, "exit").mockImplementation((code) => {
      done.push(`exit ${code}`);
      return undefined as never;
    });
    for (const name of ["stdout", "stderr"] as const) {
      vi.spyOn(process[name], "write").mockImplementation((...given: unknown[]) => {
        setTimeout(() => {
          done.push(name);
          (given[1] as () => void)();
        }, 20);
        return false;
      });
    }
    await leave(3);
    expect(done).toEqual(["stdout", "stderr", "exit 3"]);
  });
});

describe("leave, where stdout is full", () => {
  it("says so and ends with 1, unless something else went wrong before", async () => {
    const lines = captured();
    vi.spyOn(process.stdout, "write").mockImplementation((...given: unknown[]) => ((given[1] as () => void)(), true));
    vi.spyOn(process.stderr, "write").mockImplementation((text, ...given: unknown[]) => {
      lines.push(String(text));
      (given[0] as (() => void) | undefined)?.();
      return true;
    });
    const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    const full = (): Error => new Error("ENOSPC: no space left on device, write");
    await expect(leave(0, full)).rejects.toThrow("exit 1");
    expect(lines.join("")).toMatch(/did not arrive \(ENOSPC.*\[OUTPUT_UNWRITABLE\]/);
    await expect(leave(4, full)).rejects.toThrow("exit 4");
    expect(exit).toHaveBeenCalledTimes(2);
  });
});

describe("exitCodeOf", () => {
  it.each<[ErrorCode, number]>([
    ["SPEC_INVALID", 1],
    ["MODEL_NOT_FOUND", 1],
    ["QUESTIONS_INVALID", 1],
    ["RUN_NOT_FOUND", 1],
    ["INTERNAL", 1],
    ["CANCELLED", 3],
    ["STORE_UNUSABLE", 4],
    ["STORE_TOO_NEW", 4],
    ["STORE_CORRUPT", 4],
    ["DISK_FULL", 4],
  ])("of %s is %d", (code, exit) => {
    expect(exitCodeOf(new LabError(code, ""))).toBe(exit);
  });

  it("of anything else that is thrown is 1", () => {
    expect(exitCodeOf(new TypeError("a bug"))).toBe(1);
    expect(exitCodeOf(undefined)).toBe(1);
  });
});

describe("exitCodeOfRun", () => {
  it.each([
    ["done", 0],
    ["failed", 2],
    ["running", 2],
    ["cancelled", 3],
  ] as const)("of a run that is %s is %d", (status, exit) => {
    expect(exitCodeOfRun(status)).toBe(exit);
  });
});

describe("sayError", () => {
  it("is one line with the code, no stack", () => {
    const lines = captured();
    sayError(new LabError("DISK_FULL", "The disk is full."));
    expect(lines).toEqual(["quantscope: The disk is full. [DISK_FULL]\n"]);
  });

  it("shows the stack of an error that is ours to mend", () => {
    const lines = captured();
    sayError(new TypeError("a bug"));
    expect(lines[0]).toBe("quantscope: a bug [INTERNAL]\n");
    expect(lines[1]).toContain("exit.test.ts");
  });
});

describe("checkNode", () => {
  const exit = () =>
    vi.spyOn(process, "exit").mockImplementation(() => {
      throw new Error("exit");
    });

  it("lets Node 24 and newer pass", () => {
    const spy = exit();
    checkNode("24.0.0");
    checkNode("30.1.0");
    expect(spy).not.toHaveBeenCalled();
  });

  it.each(["18.20.0", "23.11.1"])("ends with 1 under %s, and names the way out", (version) => {
    const lines = captured();
    const spy = exit();
    expect(() => {
      checkNode(version);
    }).toThrow("exit");
    expect(spy).toHaveBeenCalledWith(1);
    expect(lines.join("")).toMatch(new RegExp(`needs Node 24 or newer and runs on ${version}.*npm run lab`));
  });
});
