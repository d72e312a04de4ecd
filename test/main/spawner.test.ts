import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { CellJob } from "#core/runs/protocol.ts";
import { desktopSpawner, shippedNode, utilitySpawner } from "../../src/main/spawner.ts";
import { FakeUtilityProcess } from "../helpers/fake-electron.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

const job = { modelDir: "demo" } as unknown as CellJob;
const windows = process.platform === "win32";

beforeEach(() => {
  FakeUtilityProcess.all = [];
});

describe("shippedNode", () => {
  it("takes the package's Node, else the checkout's, else none", () => {
    const [resources, root] = [temporaryFolder(), temporaryFolder()];
    expect(shippedNode(resources, root)).toBeNull();
    const place = (file: string): string => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "");
      return file;
    };
    const name = `node-${windows ? "win" : process.platform}-${process.arch}`;
    const installed = place(join(root, "node_modules", name, "bin", windows ? "node.exe" : "node"));
    expect(shippedNode(resources, root)).toBe(installed);
    const packaged = place(join(resources, "node", windows ? "node.exe" : join("bin", "node")));
    expect(shippedNode(resources, root)).toBe(packaged);
  });
});

describe("desktopSpawner", () => {
  it("says which way it starts children: a stored run tells", () => {
    expect(desktopSpawner("worker.js", temporaryFolder()).launcher).toBe(
      shippedNode() === null ? "utilityProcess" : "fork",
    );
  });
});

describe("utilitySpawner", () => {
  it("hands the job over and hears what the child says", () => {
    const child = utilitySpawner("worker.js", temporaryFolder()).start(job);
    const [process] = FakeUtilityProcess.all;
    expect(process!.file).toBe("worker.js");
    expect(process!.postMessage).toHaveBeenCalledExactlyOnceWith(job);
    const heard = vi.fn();
    child.onMessage(heard);
    process!.emit("message", { type: "done", canaryDrift: null });
    expect(heard).toHaveBeenCalledExactlyOnceWith({ type: "done", canaryDrift: null });
  });

  it("turns ONNX Runtime's telemetry off and gives the child a temporary folder, which goes with it", () => {
    const temporaryDir = temporaryFolder();
    utilitySpawner("worker.js", temporaryDir).start(job);
    const { env } = FakeUtilityProcess.all[0]!.options;
    expect(env).toMatchObject({ ORT_DISABLE_TELEMETRY: "1", PATH: process.env.PATH });
    expect(dirname(env!.TMPDIR!)).toBe(temporaryDir);
    expect(existsSync(env!.TMPDIR!)).toBe(true);
    FakeUtilityProcess.all[0]!.emit("exit", 0);
    expect(existsSync(env!.TMPDIR!)).toBe(false);
  });

  it("tells the end with the child's last words, also those that come late", async () => {
    const child = utilitySpawner("worker.js", temporaryFolder()).start(job);
    const [process] = FakeUtilityProcess.all;
    const ended = new Promise((resolve) => {
      child.onExit(resolve);
    });
    process!.stderr.emit("data", Buffer.from("x".repeat(9000)));
    process!.emit("exit", 3);
    process!.stderr.emit("data", Buffer.from("std::bad_alloc\n"));
    expect(await ended).toMatchObject({
      code: 3,
      signal: null,
      stderr: expect.stringMatching(/x{100}std::bad_alloc$/) as string,
    });
  });

  it("hands over the jobs that come later", () => {
    const child = utilitySpawner<{ ask: number }>("reader.js", temporaryFolder()).start({ ask: 1 });
    child.send({ ask: 2 });
    expect(FakeUtilityProcess.all[0]!.postMessage.mock.calls).toEqual([[{ ask: 1 }], [{ ask: 2 }]]);
  });

  it("ends a child that has not begun as soon as it has, and outlives one that is gone", () => {
    const child = utilitySpawner("worker.js", temporaryFolder()).start(job);
    const [started] = FakeUtilityProcess.all;
    child.kill();
    expect(started!.kill).toHaveBeenCalledOnce();
    const killed = vi.spyOn(process, "kill").mockReturnValue(true);
    started!.pid = 4711;
    started!.emit("spawn");
    expect(killed).toHaveBeenCalledExactlyOnceWith(4711, "SIGKILL");
    killed.mockRestore();
    const gone = utilitySpawner("worker.js", temporaryFolder()).start(job);
    FakeUtilityProcess.all[1]!.pid = 2 ** 22 + 1;
    expect(() => {
      gone.kill();
    }).not.toThrow();
    expect(FakeUtilityProcess.all[1]!.kill).not.toHaveBeenCalled();
  });
});
