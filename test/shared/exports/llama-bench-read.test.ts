import { describe, expect, it } from "vitest";
import { type LlamaBenchCell, readLlamaBench } from "#shared/exports/llama-bench-read.ts";

const ROW = {
  build_commit: "b",
  cpu_info: "Ryzen",
  gpu_info: "",
  model_filename: "m.gguf",
  model_type: "llama 1B Q4_0",
  backends: "CPU",
  n_threads: 8,
  test_time: "2026-08-01T10:00:00Z",
  n_prompt: 512,
  n_gen: 0,
  avg_ns: 2e9,
};
const only = (extra: object): LlamaBenchCell => readLlamaBench([{ ...ROW, ...extra }], "b.json").cells[0]!;
/** Versions before November 2024 have no `backends`. */
const old = (columns: object): LlamaBenchCell => only({ backends: undefined, gpu_blas: "0", blas: "0", ...columns });

describe("the provider", () => {
  it.each([
    ["CPU", "cpu"],
    ["BLAS", "cpu"],
    ["CUDA", "cuda"],
    ["CUDA,BLAS", "cuda"],
    ["WebGPU", "webgpu"],
    ["", null],
    ["Metal,BLAS", null],
    ["Vulkan", null],
    ["ROCm", null],
    ["CUDA,Vulkan", null],
    ["CUDA,RPC", null],
    ["RPC", null],
  ])("of %j is %j", (backends, provider) => {
    expect(only({ backends }).provider).toBe(provider);
  });

  it.each([
    ["CUDA", { cuda: "1", vulkan: "0", gpu_blas: "1", blas: "1" }, "cuda"],
    ["CUDA in JSON", { cuda: true, vulkan: false, gpu_blas: true, blas: true }, "cuda"],
    ["none", { cuda: "0", vulkan: "0", metal: "0" }, "cpu"],
    ["BLAS", { cuda: "0", blas: "1" }, "cpu"],
    ["Metal", { cuda: "0", metal: "1", gpu_blas: "1", blas: "1" }, null],
    ["Vulkan", { cuda: 0, vulkan: 1 }, null],
    ["OpenCL", { cuda: "0", opencl: "1" }, null],
    ["a card that has no column", { cuda: "0", gpu_blas: "1", blas: "1" }, null],
    ["two", { cuda: "1", rpc: "1" }, null],
  ])("of old columns with %s", (_, columns, provider) => {
    expect(old(columns).provider).toBe(provider);
  });

  it("is not known without any column that names it", () => {
    const cell = only({ backends: undefined });
    expect(cell.provider).toBeNull();
    expect(cell.said).toContain("no column names the backend");
  });

  it.each([
    ["no layer on the card", { n_gpu_layers: "0" }],
    ["some layers on the card", { n_gpu_layers: 20 }],
    ["no device", { n_gpu_layers: 99, devices: "none" }],
    ["experts on the processor", { n_gpu_layers: 99, n_cpu_moe: "4" }],
    ["tensors in other memory", { n_gpu_layers: 99, tensor_buft_overrides: "exps=CPU" }],
    ["a card of AMD's", { n_gpu_layers: 99, gpu_info: "AMD Radeon RX 7900 XTX" }],
  ])("is not known for sure with %s", (_, columns) => {
    expect(only({ backends: "CUDA", ...columns }).provider).toBeNull();
  });

  it.each([99, 999, "-1"])("is the card's with %j layers on it", (n_gpu_layers) => {
    expect(only({ backends: "CUDA", n_gpu_layers }).provider).toBe("cuda");
  });
});

describe("the format", () => {
  it.each([
    ["llama 1B all F32", "fp32"],
    ["llama 1B F16", "fp16"],
    ["llama 7B mostly Q4_0", "int4"],
    ["my-F16-model int4", "int4"],
    ["llama 1B Q8_0", "w8"],
    ["llama 1B BF16", null],
    ["llama 1B Q4_1", null],
    ["llama 1B Q4_K - Medium", null],
    ["llama 1B IQ4_NL - 4.5 bpw", null],
    ["llama 1B F16 (guessed)", null],
    ["", null],
  ])("of %j is %j", (model_type, format) => {
    expect(only({ model_type }).format).toBe(format);
  });
});

describe("rows", () => {
  it("of other settings are other cells", () => {
    const rows = [
      { ...ROW, n_gpu_layers: 0 },
      { ...ROW, n_gpu_layers: 99, n_prompt: 0, n_gen: 8 },
      { ...ROW, n_gpu_layers: 99, n_prompt: 0, n_gen: 8, n_depth: 512 },
    ];
    const { cells } = readLlamaBench(rows, "b.json");
    expect(cells.map(({ forward, decode, settings }) => [forward.length, decode.length, settings])).toEqual([
      [1, 0, "n_gpu_layers 0"],
      [0, 2, "n_gpu_layers 99"],
    ]);
  });

  it("without size, parameters, threads or processor leave these unknown", () => {
    const { cells, cpu, gpu, build } = readLlamaBench(
      [{ backends: "CPU", model_type: "", n_prompt: 8, n_gen: 0, test_time: ROW.test_time, avg_ns: 1 }],
      "b.json",
    );
    expect([cpu, gpu, build]).toEqual(["unknown", "", "llama.cpp unknown"]);
    expect(cells).toMatchObject([{ model: "unknown model", bytes: 0, parameters: 0, threads: null, format: null }]);
  });

  it.each<[string, object[], RegExp]>([
    ["two machines", [ROW, { ...ROW, cpu_info: "Xeon", n_prompt: 0, n_gen: 4 }], /b\.csv: row 2: two values of cpu_info \("Ryzen" and "Xeon"\)/],
    ["two builds", [ROW, { ...ROW, build_commit: "c", n_prompt: 0, n_gen: 4 }], /two values of build_commit/],
    ["two models", [{ ...ROW, model_n_params: 1 }, { ...ROW, model_n_params: 2, n_prompt: 0, n_gen: 4 }], /two values of model_n_params/],
    ["no n_prompt", [{ ...ROW, n_prompt: undefined }], /row 1: n_prompt is missing/],
    ["more tokens than there can be", [{ ...ROW, n_prompt: 0, n_gen: 1e12 }], /row 1: n_gen is not a whole number/],
    ["repeats that are no times", [{ ...ROW, samples_ns: [1, 0] }], /row 1: samples_ns is no time/],
    ["no repeats", [{ ...ROW, samples_ns: [] }], /row 1: samples_ns is no time/],
    ["a prompt at a depth alone", [{ ...ROW, n_depth: 512 }], /no row that can be imported: .*pp512 @ d512 \(256\.0 tokens\/s\)/],
    ["no test", [{ ...ROW, n_prompt: 0 }], /no row that can be imported: .*n_prompt and n_gen are 0/],
  ])("with %s are refused by name", (_, rows, words) => {
    expect(() => readLlamaBench(rows as Parameters<typeof readLlamaBench>[0], "b.csv")).toThrow(words);
  }); // prettier-ignore
});
