import { spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { resultsSchema, type Results } from "#shared/results.ts";
import { copyModel, questionFile, scratchDir } from "../helpers/lab.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const CLI = join(ROOT, "out", "main", "cli.js");

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command line in a process of its own. */
function quantscope(home: string, ...args: string[]): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, "--home", home, ...args], {
    cwd: home,
    encoding: "utf8",
    // results.json of some hundred questions is larger than Node's default of 1 MiB.
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}

function runArguments(questions: string, ...extra: string[]): string[] {
  const model = copyModel("llama");
  const short = ["--depth", "preview", "--launches", "1", "--passes", "forward,tokens,benchmark", "--batch-sizes", "1"];
  return ["run", "--model", model, "--cells", "fp32,int4", "--questions", questions, ...short, ...extra];
}

describe("quantscope run", () => {
  it("prints results.json with --json and nothing else on stdout", () => {
    const { status, stdout } = quantscope(scratchDir(), ...runArguments(questionFile(6), "--json"));
    expect(status).toBe(0);
    expect(resultsSchema.parse(JSON.parse(stdout)).cells).toHaveLength(2);
  });

  it("runs a spec file", () => {
    const home = scratchDir();
    const spec = join(home, "spec.json");
    const passes = { forward: { batchSizes: [1], sequenceLength: 8, warmup: 0, minIterations: 1, minSeconds: 0 } };
    writeFileSync(
      spec,
      JSON.stringify({ schemaVersion: 1, name: "one", model: copyModel("opt"), cells: [{ format: "fp32" }], passes }),
    );
    const { status, stdout, stderr } = quantscope(home, "run", spec);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toContain("fp32@cpu (reference)");
  });

  it.each([
    ["an unknown format", ["--cells", "int3"], /"int3" names no format; there are fp32/],
    ["an unknown provider", ["--cells", "fp32@tpu"], /names no provider; there are cpu/],
    ["an empty list of cells", ["--cells", ""], /names no format/],
    ["questions that do not exist", ["--cells", "fp32", "--questions", "nowhere.csv"], /nowhere\.csv does not exist/],
    ["an unknown option", ["--cells", "fp32", "--fast"], /unknown option '--fast'/],
  ])("ends with 1 and starts nothing for %s", (_, extra, message) => {
    const home = scratchDir();
    const { status, stdout, stderr } = quantscope(home, "run", "--model", copyModel("llama"), ...extra);
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(quantscope(home, "runs", "list").stderr).toContain("No runs");
  });

  it("ends with 2 when a cell failed, and says which and why", () => {
    const { status, stderr } = quantscope(
      scratchDir(),
      "run",
      "--model",
      copyModel("llama"),
      "--cells",
      "fp32,fp32@coreml",
      "--passes",
      "forward",
      "--batch-sizes",
      "1",
      "--depth",
      "preview",
      "--launches",
      "1",
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/fp32@coreml failed: Core ML does not work here/);
  });

  it("ends with 4 when its home cannot be used", () => {
    const file = join(scratchDir(), "file");
    writeFileSync(file, "");
    const { status, stderr } = quantscope(scratchDir(), "--home", join(file, "home"), ...runArguments(questionFile(4)));
    expect(status).toBe(4);
    expect(stderr).toContain("STORE_UNUSABLE");
  });

  it("ends with 3 on Ctrl-C, keeps what was measured, and is finished by --resume", async () => {
    const home = scratchDir();
    const child = spawn(process.execPath, [CLI, "--home", home, ...runArguments(questionFile(200))], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    const interrupted = new Promise<number | null>((resolve) => {
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        stderr += chunk;
        if (!child.killed && stderr.includes("int4@cpu: questions")) child.kill("SIGINT");
      });
      child.on("close", resolve);
    });
    expect(await interrupted).toBe(3);
    const id = /--resume (\S+)/.exec(stderr)![1]!;
    const before = JSON.parse(quantscope(home, "runs", "show", id, "--json").stdout) as Results;
    expect(before.run.status).toBe("cancelled");
    // What the reference wrote is timed after all cells have answered, so that it has a launch left too.
    expect(before.cells.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);

    expect(quantscope(home, "run", "--resume", id).status).toBe(0);
    const after = JSON.parse(quantscope(home, "runs", "show", id, "--json").stdout) as Results;
    expect(after.cells.map(({ status }) => status)).toEqual(["done", "done"]);
    const { forward, benchmark, tokens } = before.cells[0]!;
    expect(benchmark.map(({ answers }) => answers.length)).toEqual([200, 200]);
    expect(after.cells[0]).toMatchObject({ forward, tokens, benchmark: benchmark.map(({ answers }) => ({ answers })) });
  });
});

describe("quantscope quantize", () => {
  it("writes variants that the folder then holds", () => {
    const model = copyModel("qwen2");
    const made = quantscope(scratchDir(), "quantize", model, "--to", "int4,w8");
    expect({ status: made.status, stderr: made.stderr }).toMatchObject({ status: 0 });
    for (const suffix of ["_q4", "_w8"]) expect(existsSync(join(model, "onnx", `model${suffix}.onnx`))).toBe(true);
    const shown = quantscope(scratchDir(), "models", "show", model).stdout;
    expect(shown).toMatch(/model_q4\.onnx\s+int4/);
    expect(shown).toMatch(/model_w8\.onnx\s+w8/);
  });
});

describe("quantscope quantize --double-quant", () => {
  it("says where it shows the size that the size is not that of nested statistics", () => {
    const made = quantscope(scratchDir(), "quantize", copyModel("llama"), "--to", "nf4", "--double-quant");
    expect(made.stdout).toContain("the size is not");
    const refused = quantscope(scratchDir(), "quantize", copyModel("llama"), "--to", "int4", "--double-quant");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("int4 has no such option");
  });
});

describe("quantscope runs", () => {
  it("names the way to a first run when there is none", () => {
    const { status, stderr } = quantscope(scratchDir(), "runs", "list");
    expect(status).toBe(0);
    expect(stderr).toContain("quantscope demo");
  });

  it("says that a run is unknown", () => {
    const { status, stderr } = quantscope(scratchDir(), "runs", "show", "nothing");
    expect(status).toBe(1);
    expect(stderr).toContain('There is no run "nothing"');
  });
});
