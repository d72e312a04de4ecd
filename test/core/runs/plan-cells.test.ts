import { copyFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LabError } from "#shared/errors.ts";
import { parseSpec, type Spec, type SpecInput } from "#shared/spec.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { hashVariant } from "#core/runs/hash-file.ts";
import { planCells, type PlannedCell, type PlanOptions, referenceLabel } from "#core/runs/plan-cells.ts";
import { openDatabase } from "#core/store/database.ts";
import { copyModel, scratchDir } from "../../helpers/lab.ts";

type Made = string[];

function options(made: Made = []): PlanOptions {
  const db = openDatabase(":memory:");
  onTestFinished(() => {
    db.close();
  });
  return {
    db,
    variantsDir: join(scratchDir(), "variants"),
    signal: new AbortController().signal,
    onMaking: (format, progress) => {
      if (progress === null) made.push(format);
    },
  };
}

const spec = (cells: SpecInput["cells"]): Spec =>
  parseSpec({ schemaVersion: 1, name: "n", model: "m", cells, passes: { forward: {} } });

const plan = (dir: string, cells: SpecInput["cells"], with_ = options()): Promise<PlannedCell[]> =>
  planCells(openModelFolder(dir), spec(cells), with_);

const labels = (planned: readonly PlannedCell[]): string[] => planned.map(({ label }) => label);

async function refusal(running: Promise<unknown>): Promise<LabError> {
  return running.then(
    () => {
      throw new Error("was not refused");
    },
    (error: unknown) => error as LabError,
  );
}

describe("planCells", () => {
  it("names a cell by format and provider, and numbers those of the same name", async () => {
    const planned = await plan(copyModel("llama"), [
      { format: "fp32" },
      { format: "fp32", threads: 1 },
      { format: "fp32", provider: "cuda" },
      { file: "onnx/model.onnx" },
    ]);
    expect(labels(planned)).toEqual(["fp32@cpu", "fp32@cpu#2", "fp32@cuda", "fp32@cpu#3"]);
    expect(planned[1]!.spec.threads).toBe(1);
  });

  it("refuses an option that the provider would ignore, and names those that it takes", async () => {
    const cells = [{ format: "fp32" as const, provider: "cuda" as const, providerOptions: { tunable_op_enable: 1 } }];
    expect(await refusal(plan(copyModel("llama"), cells))).toMatchObject({
      code: "SPEC_INVALID",
      message: expect.stringMatching(/CUDA ignores "tunable_op_enable".*deviceId/) as string,
    });
  });

  it("takes a file below the model's folder, or an absolute one, by what its graph is", async () => {
    const model = copyModel("llama");
    const elsewhere = join(scratchDir(), "other.onnx");
    copyFileSync(join(model, "onnx", "model.onnx"), elsewhere);
    const planned = await plan(model, [{ file: "onnx/model.onnx" }, { file: elsewhere }]);
    expect(planned.map(({ variant }) => variant.file)).toEqual([join(model, "onnx", "model.onnx"), elsewhere]);
    expect(planned[1]!.sha256).toBe(planned[0]!.sha256);
  });

  it("makes what is missing in the lab's own folder, once", async () => {
    const model = copyModel("llama");
    const before = readdirSync(join(model, "onnx"));
    const made: Made = [];
    const lab = options(made);
    const [cell] = await plan(model, [{ format: "int4" }], lab);
    expect(cell!.variant.format).toBe("int4");
    expect(cell!.variant.file.startsWith(lab.variantsDir)).toBe(true);
    const [again] = await plan(model, [{ format: "int4" }], lab);
    expect(again!.variant.file).toBe(cell!.variant.file);
    expect(again!.sha256).toBe(cell!.sha256);
    expect(made).toEqual(["int4"]);
    expect(readdirSync(join(model, "onnx"))).toEqual(before);
  });

  it("makes one file for each recipe", async () => {
    const made: Made = [];
    const planned = await plan(
      copyModel("llama"),
      [{ recipe: { format: "int4", blockSize: 32 } }, { recipe: { format: "int4", blockSize: 64 } }],
      options(made),
    );
    expect(labels(planned)).toEqual(["int4@cpu", "int4@cpu#2"]);
    expect(planned[0]!.variant.file).not.toBe(planned[1]!.variant.file);
    expect(made).toEqual(["int4", "int4"]);
  });

  it("refuses a format that is neither there nor can be made, and lists both", async () => {
    const model = copyModel("llama");
    const float = join(model, "onnx", "model.onnx");
    await quantizeModel({ source: float, target: join(model, "onnx", "model_q4.onnx"), recipe: { format: "int4" } });
    rmSync(float);
    const { code, message } = await refusal(plan(model, [{ format: "fp32" }]));
    expect(code).toBe("FORMAT_UNSUPPORTED");
    expect(message).toMatch(/has no fp32 variant.*In the folder: int4\. Can be made: .*int4/);
  });

  it("refuses a file that does not exist, with its path", async () => {
    const model = copyModel("llama");
    const { code, message } = await refusal(plan(model, [{ file: "onnx/nowhere.onnx" }]));
    expect(code).toBe("SPEC_INVALID");
    expect(message).toContain(join(model, "onnx", "nowhere.onnx"));
  });

  it("says why a variant that is there cannot be used, and does not make another in its place", async () => {
    const model = copyModel("llama");
    writeFileSync(join(model, "onnx", "model_q4.onnx"), "not a graph");
    const made: Made = [];
    const { code, message } = await refusal(plan(model, [{ format: "int4" }], options(made)));
    expect(code).toMatch(/^MODEL_/);
    expect(message).toContain("model_q4.onnx");
    expect(made).toEqual([]);
  });

  it("makes nothing when a later cell is refused", async () => {
    const made: Made = [];
    await refusal(plan(copyModel("llama"), [{ format: "int4" }, { file: "nowhere.onnx" }], options(made)));
    expect(made).toEqual([]);
  });

  it("leaves no half-made file when it is cancelled", async () => {
    const lab = { ...options(), signal: AbortSignal.abort() };
    const { code } = await refusal(plan(copyModel("llama"), [{ format: "int4" }], lab));
    expect(code).toBe("CANCELLED");
    const left = readdirSync(scratchDir()).concat(listed(lab.variantsDir));
    expect(left.filter((name) => name.endsWith(".onnx"))).toEqual([]);
  });
});

function listed(dir: string): string[] {
  return statSync(dir, { throwIfNoEntry: false }) ? (readdirSync(dir, { recursive: true }) as string[]) : [];
}

describe("referenceLabel", () => {
  const cells = [
    { label: "int4@cpu", format: "int4" },
    { label: "fp16@cpu", format: "fp16" },
    { label: "fp16@cuda", format: "fp16" },
  ] as const;

  it("is the first of the highest precision where none is named", () => {
    expect(referenceLabel(cells, undefined)).toBe("fp16@cpu");
  });

  it("is the cell of the label, or the first of the format, that the spec names", () => {
    expect(referenceLabel(cells, "fp16@cuda")).toBe("fp16@cuda");
    expect(referenceLabel(cells, "int4")).toBe("int4@cpu");
  });

  it.each(["fp32", "fp16@dml", ""])("refuses %j, which is no cell, with the list of cells", (wanted) => {
    expect(() => referenceLabel(cells, wanted)).toThrow(
      expect.objectContaining({
        code: "SPEC_INVALID",
        message: `reference: there is no cell "${wanted}". Cells: int4@cpu, fp16@cpu, fp16@cuda.`,
      }),
    );
  });
});

describe("hashVariant", () => {
  const SHA_OF_AB = "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603";
  const files = (): [string, string] => {
    const dir = scratchDir();
    const pair: [string, string] = [join(dir, "m.onnx"), join(dir, "m.onnx_data")];
    writeFileSync(pair[0], "a");
    writeFileSync(pair[1], "b");
    return pair;
  };

  it("is the SHA-256 of the file followed by its external data", async () => {
    const [file, data] = files();
    expect(await hashVariant(options().db, file, [data])).toBe(SHA_OF_AB);
  });

  it("is read from the store while the files are as they were", async () => {
    const [file, data] = files();
    const { db } = options();
    await hashVariant(db, file, [data]);
    db.prepare("UPDATE file_hashes SET sha256 = 'remembered'").run();
    expect(await hashVariant(db, file, [data])).toBe("remembered");
  });

  it("is computed again when a file has another size", async () => {
    const [file, data] = files();
    const { db } = options();
    const before = await hashVariant(db, file, [data]);
    writeFileSync(data, "bb");
    expect(await hashVariant(db, file, [data])).not.toBe(before);
  });

  it("is computed again when a data file of the same size was put back with an older date", async () => {
    const [file, data] = files();
    const { db } = options();
    const before = await hashVariant(db, file, [data]);
    writeFileSync(data, "c");
    utimesSync(data, 1_000_000, 1_000_000);
    expect(await hashVariant(db, file, [data])).not.toBe(before);
    expect(db.prepare("SELECT count(*) FROM file_hashes").pluck().get()).toBe(1);
  });

  it("does not hide that the store is full", async () => {
    const [file, data] = files();
    const { db } = options();
    db.exec("DROP TABLE file_hashes; CREATE TABLE file_hashes (path, bytes, modified_ms, sha256 CHECK (0))");
    await expect(hashVariant(db, file, [data])).rejects.toMatchObject({ name: "LabError" });
  });
});
