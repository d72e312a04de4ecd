import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BenchPlan } from "#shared/api.ts";
import { PROBE_FORMATS, type ProbeReport } from "#shared/providers/probe.ts";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import { planBench } from "#core/app/experiment/experiment-plan.ts";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";
import { BytePredictions } from "#core/app/experiment/predict-bytes.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { keep } from "#core/store/library.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { testApp, type TestApp } from "../../../helpers/app.ts";
import { decoder, matMulNBits } from "../../../helpers/onnx-builder.ts";
import { FIXTURES } from "../../../helpers/reference.ts";
import { save } from "../../onnx/build-model.ts";

/** An app with a small model that the test may change. */
async function withModel(): Promise<{ app: TestApp; folder: string }> {
  const app = testApp();
  const folder = join(app.lab.home, "llama");
  cpSync(join(FIXTURES, "zoo", "llama"), folder, { recursive: true });
  await app.ask("models.add", { path: folder });
  return { app, folder };
}

function spec(extra: Partial<SpecInput> = {}): SpecInput {
  const passes = { forward: { batchSizes: [1], sequenceLength: 16 } };
  return { schemaVersion: 1, name: "n", model: "llama", cells: [], passes, ...extra };
}

/** By precision. */
const MADE = ["fp32", "fp16", "w8", "int8", "uint8", "mixed", "int4", "int4f16", "nf4", "fp4"];

const square = (plan: BenchPlan, label: string): BenchPlan["squares"][number] =>
  plan.squares.find((each) => each.label === label)!;

describe("bench.plan", () => {
  it("tells of every format what is there, what can be made, and what cannot", async () => {
    const { app } = await withModel();
    const plan = await app.ask("bench.plan", { spec: spec() });
    expect(square(plan, "fp32@cpu")).toMatchObject({ state: "in-folder", bytesArePredicted: false, reason: null });
    expect(square(plan, "int4@cpu")).toMatchObject({ state: "can-be-made", bytesArePredicted: true, file: null });
    expect(plan.squares.filter(({ provider }) => provider === "cpu").map(({ format }) => format)[0]).toBe("fp32");
    expect(plan.totals).toEqual({
      cells: 0,
      seconds: 0,
      filesToMake: 0,
      makeSeconds: 0,
      peakMemoryBytes: null,
      makeBytes: 0,
      questions: 0,
      duplicates: 0,
    });
    expect(plan.basis).toBeNull();
    expect(plan.reference).toBeNull();
  });

  it("has a row for a format that cannot be made only where the folder has a file of it", async () => {
    const { app, folder } = await withModel();
    const formats = async (): Promise<string[]> => {
      const { squares } = await app.ask("bench.plan", { spec: spec() });
      return squares.filter(({ provider }) => provider === "cpu").map(({ format }) => format);
    };
    expect(await formats()).toEqual(MADE);
    const { nodes, initializers } = matMulNBits("w", { bits: 2 });
    nodes[0]!.output = ["logits"];
    const file = join(folder, "onnx", "model_q2.onnx");
    save(decoder({ nodes, initializers }), file);
    expect(await formats()).toEqual([...MADE, "int2"]);
  });

  it("predicts the very size that a made file has", async () => {
    const { app, folder } = await withModel();
    const plan = await app.ask("bench.plan", { spec: spec() });
    for (const format of ["int4", "int8", "fp16", "nf4"] as const) {
      const target = join(app.lab.home, `${format}.onnx`);
      const { bytes } = await quantizeModel({ source: join(folder, "onnx", "model.onnx"), target, recipe: { format } });
      expect(square(plan, `${format}@cpu`).bytes, format).toBe(bytes);
    }
  });

  it("adds up what is chosen", async () => {
    const { app } = await withModel();
    const cells = [{ format: "fp32" as const }, { format: "int4" as const }];
    const passes = { forward: { batchSizes: [1, 2] }, benchmark: { questions: "demo" } };
    const plan = await app.ask("bench.plan", { spec: spec({ cells, passes, sample: { limit: 30 } }) });
    const [float, small] = [square(plan, "fp32@cpu"), square(plan, "int4@cpu")];
    expect(plan.squares.filter(({ chosen }) => chosen)).toEqual([float, small]);
    expect(plan.reference).toBe("fp32@cpu");
    expect(plan.totals).toMatchObject({ cells: 2, makeBytes: small.bytes, questions: 30 });
    expect(plan.totals.seconds).toBeCloseTo(float.prediction.measureSeconds! + small.prediction.measureSeconds!, 6);
    expect(plan.totals.peakMemoryBytes).toBe(
      Math.max(float.prediction.peakMemoryBytes!, small.prediction.peakMemoryBytes!),
    );
    expect(plan.basis).toBe("rough");
    expect(float.prediction.makeSeconds).toBeNull();
    expect(small.prediction.makeSeconds).toBeGreaterThan(0);
  });

  it("counts the questions that would be asked twice", async () => {
    const { app } = await withModel();
    const file = join(app.lab.home, "twice.csv");
    writeFileSync(file, "question,A,B,answer\nOne?,a,b,A\nTwo?,a,b,B\nOne?,b,a,B\n");
    await app.ask("questions.add", { path: file });
    const passes = { benchmark: { questions: "twice" } };
    const { totals } = await app.ask("bench.plan", { spec: spec({ cells: [{ format: "fp32" }], passes }) });
    expect(totals).toMatchObject({ questions: 3, duplicates: 1 });
  });

  it("counts cells with a recipe or a file, and says what they are made from", async () => {
    const { app, folder } = await withModel();
    const source = join(folder, "onnx", "model.onnx");
    const other = join(folder, "onnx", "other.onnx");
    await quantizeModel({ source, target: other, recipe: { format: "nf4" } });
    const recipe = { format: "int4" as const, blockSize: 64 as const };
    const cells = [{ recipe }, { recipe, threads: 1 }, { file: "onnx/other.onnx" }, { format: "int4" as const }];
    const without = await app.ask("bench.plan", { spec: spec({ cells: cells.slice(3) }) });
    const plan = await app.ask("bench.plan", { spec: spec({ cells }) });
    const [made, again, named, plain] = plan.cells;
    expect(plan.cells.map(({ label, square: of, state }) => [label, of, state])).toEqual([
      ["int4@cpu", null, "can-be-made"],
      ["int4@cpu#2", null, "can-be-made"],
      ["nf4@cpu", null, "in-folder"],
      ["int4@cpu#3", "int4@cpu", "can-be-made"],
    ]);
    expect(made).toMatchObject({ file: null, madeFrom: source, bytesArePredicted: true });
    expect(named).toMatchObject({ file: other, madeFrom: null, bytesArePredicted: false });
    expect(plain!.bytes).not.toBe(made!.bytes);
    const every = [made!, again!, named!, plain!];
    expect(plan.totals.cells).toBe(4);
    expect(plan.totals.seconds).toBeCloseTo(
      every.reduce((sum, { prediction }) => sum + prediction.measureSeconds!, 0),
      6,
    );
    expect(plan.totals.seconds).toBeGreaterThan(without.totals.seconds!);
    expect(plan.totals.peakMemoryBytes).toBe(Math.max(...every.map(({ prediction }) => prediction.peakMemoryBytes!)));
    // Two cells of one recipe share its file.
    expect(plan.totals).toMatchObject({ filesToMake: 2, makeBytes: made!.bytes! + plain!.bytes! });
    expect(plan.reference).toBe("int4@cpu");
  });

  it("finds the file that a recipe made before", async () => {
    const { app, folder } = await withModel();
    const recipe = { format: "int4" as const, blockSize: 64 as const };
    const ended = app.next("job.changed", ({ job }) => job.finishedAt !== null);
    await app.ask("variants.make", { model: "llama", recipe });
    const { job } = await ended;
    const plan = await app.ask("bench.plan", { spec: spec({ cells: [{ recipe }] }) });
    expect(plan.cells[0]).toMatchObject({
      state: "made",
      file: job.file,
      bytes: job.fileBytes,
      madeFrom: join(folder, "onnx", "model.onnx"),
    });
    expect(plan.totals).toMatchObject({ filesToMake: 0, makeBytes: 0, makeSeconds: 0 });
  });

  it("leaves out of every sum what cannot be measured, and says why", async () => {
    const { app, folder } = await withModel();
    const broken = join(folder, "onnx", "broken.onnx");
    writeFileSync(broken, "not a model");
    const cells = [
      { file: "onnx/gone.onnx" },
      { file: "onnx/broken.onnx" },
      { format: "fp32" as const, graph: "fused" as const },
      { format: "fp32" as const },
      { format: "fp32" as const },
    ];
    const plan = await app.ask("bench.plan", { spec: spec({ cells }) });
    expect(plan.cells.map(({ label, square: of, state }) => [label, of, state])).toEqual([
      ["gone.onnx@cpu", null, "cannot"],
      ["broken.onnx@cpu", null, "cannot"],
      ["fp32@cpu", null, "in-folder"],
      ["fp32@cpu#2", "fp32@cpu", "in-folder"],
      ["fp32@cpu#3", null, "in-folder"],
    ]);
    expect(plan.cells[0]!.reason).toContain(join(folder, "onnx", "gone.onnx"));
    expect(plan.cells[1]!.reason).toContain("broken.onnx");
    expect(plan.cells[0]!.prediction.measureSeconds).toBeNull();
    expect(plan.totals).toMatchObject({ cells: 3, filesToMake: 0 });
    expect(plan.totals.seconds).toBeCloseTo(3 * plan.cells[3]!.prediction.measureSeconds!, 6);
  });

  it("rests on what the chosen cells rest on, and not on the rest of the grid", async () => {
    const { app, folder } = await withModel();
    const model = openModelFolder(folder);
    const basisOf = (cells: SpecInput["cells"]) =>
      planBench({
        db: app.lab.db,
        variantsDir: app.lab.variantsDir,
        name: "llama",
        model,
        spec: parseSpec(spec({ cells })),
        machineId: "m",
        threads: 1,
        probe: null,
        sizes: new BytePredictions(),
        readQuestions: loadQuestionSet,
        estimate: (input) => ({
          costs: [],
          estimate: {
            seconds: 1,
            freeBytes: 1,
            basis: "rough",
            cells: input.cells.map(({ label, format }) => ({
              label,
              seconds: 1,
              peakBytes: 1,
              peakMeasured: false,
              basis: format === "fp32" ? "measured" : format === "fp16" ? "scaled" : "rough",
            })),
          },
        }),
      }).then(({ basis }) => basis);
    expect(await basisOf([{ format: "fp32" }])).toBe("measured");
    expect(await basisOf([{ format: "fp32" }, { format: "fp16" }])).toBe("scaled");
    expect(await basisOf([{ format: "fp32" }, { recipe: { format: "int4" } }])).toBe("rough");
  });

  it("finds what was made before", async () => {
    const { app } = await withModel();
    const ended = app.next("job.changed", ({ job }) => job.finishedAt !== null);
    await app.ask("variants.make", { model: "llama", recipe: { format: "int4" } });
    const { job } = await ended;
    expect(job).toMatchObject({ state: "done", error: null });
    const plan = await app.ask("bench.plan", { spec: spec() });
    expect(square(plan, "int4@cpu")).toMatchObject({
      state: "made",
      file: job.file,
      bytes: job.fileBytes,
      bytesArePredicted: false,
    });
    await app.ask("variants.remove", { file: job.file! });
    expect(square(await app.ask("bench.plan", { spec: spec() }), "int4@cpu").state).toBe("can-be-made");
  });

  it("says of a broken file why it cannot be measured", async () => {
    const { app, folder } = await withModel();
    writeFileSync(join(folder, "onnx", "model_q4.onnx"), "not a model");
    const plan = await app.ask("bench.plan", { spec: spec() });
    expect(square(plan, "int4@cpu")).toMatchObject({
      state: "cannot",
      reason: expect.stringContaining("model_q4") as string,
    });
  });

  it("has nothing to make variants from in a folder of quantized files", async () => {
    const { app, folder } = await withModel();
    const source = join(folder, "onnx", "model.onnx");
    await quantizeModel({ source, target: join(folder, "onnx", "model_q4.onnx"), recipe: { format: "int4" } });
    rmSync(source);
    const plan = await app.ask("bench.plan", { spec: spec() });
    expect(square(plan, "int4@cpu").state).toBe("in-folder");
    expect(square(plan, "fp32@cpu")).toMatchObject({
      state: "cannot",
      reason: expect.stringContaining("fp32") as string,
    });
    expect(square(plan, "int8@cpu")).toMatchObject({
      state: "cannot",
      reason: expect.stringContaining("float32") as string,
    });
    expect(await app.refusal("variants.make", { model: "llama", recipe: { format: "int8" } })).toMatchObject({
      code: "FORMAT_UNSUPPORTED",
    });
  });

  it("believes the probe: a provider or a format that does not work here cannot be chosen", async () => {
    const { app } = await withModel();
    const empty = { relativeError: null, tolerance: 0, placement: {}, loadMs: null };
    const report: ProbeReport = {
      schemaVersion: 1,
      probedAt: "2026-11-21T10:00:00.000Z",
      platform: "test",
      onnxruntime: "1",
      gpus: [],
      providers: [
        {
          provider: "cpu",
          label: "CPU",
          usable: true,
          reason: null,
          remedy: null,
          squares: PROBE_FORMATS.map((format) => ({
            format,
            ...(format === "nf4" ? { status: "refused", reason: "no such kernel" } : { status: "works", reason: null }),
            ...empty,
          })),
        },
        {
          provider: "webgpu",
          label: "WebGPU",
          usable: false,
          reason: "no adapter",
          remedy: "Install a driver",
          squares: [],
        },
      ],
    };
    keep(app.lab.db, "probe", JSON.stringify(report));
    const cells = [{ format: "nf4" as const }];
    const plan = await app.ask("bench.plan", { spec: spec({ cells }) });
    expect(square(plan, "nf4@cpu")).toMatchObject({
      state: "cannot",
      chosen: false,
      reason: "CPU with nf4: no such kernel.",
    });
    expect(square(plan, "int4@cpu").state).toBe("can-be-made");
    const other = plan.squares.find(({ provider }) => provider === "webgpu");
    if (other) expect(other).toMatchObject({ state: "cannot", reason: "no adapter. Install a driver" });
    expect(plan.totals.cells).toBe(0);
  });

  it("names what is wrong with a spec", async () => {
    const { app } = await withModel();
    const refusal = async (extra: Partial<SpecInput>): Promise<string> =>
      (await app.refusal("bench.plan", { spec: spec(extra) })).code;
    expect(await refusal({ model: "nobody" })).toBe("MODEL_NOT_FOUND");
    expect(await refusal({ passes: {} })).toBe("SPEC_INVALID");
    expect(await refusal({ passes: { benchmark: { questions: "nothing" } } })).toBe("QUESTIONS_NOT_FOUND");
    expect((await app.refusal("bench.plan", { spec: "fp32" })).code).toBe("BAD_REQUEST");
    expect((await app.refusal("bench.plan", { spec: { name: "x".repeat(300_000) } })).code).toBe("BAD_REQUEST");
  });
});
