import { describe, expect, it } from "vitest";
import { explainRefusal, judgeAnswer, relativeError, unanswered } from "#core/system/probe-answer.ts";

const REFERENCE = [3, 4];
const onGpu = { CUDAExecutionProvider: 8 };
const output = (logits: readonly number[], placement: Record<string, number> = onGpu) => ({
  output: { logits, placement, loadMs: 1 },
});

/** What onnxruntime-node 1.30 threw and wrote, as captured; paths shortened. */
const CUDA_GONE = "OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library";
const loaderLine = (library: string): string =>
  `2026-11-21 09:28:26.1 [E:onnxruntime:onnxruntime-node, provider_bridge_ort.cc:2146 Create] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library /x/libonnxruntime_providers_cuda.so with error: ${library}: cannot open shared object file: No such file or directory`;
const NO_ADAPTER =
  "/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n";

describe("judgeAnswer", () => {
  it("works where the numbers are right and every node ran on the provider", () => {
    expect(judgeAnswer("cuda", "fp32", output([3, 4.001]), REFERENCE, "")).toMatchObject({
      status: "works",
      reason: null,
      placement: onGpu,
    });
  });

  it("falls back where a node ran elsewhere, and counts them", () => {
    const mixed = output(REFERENCE, { CUDAExecutionProvider: 9, CPUExecutionProvider: 3 });
    expect(judgeAnswer("cuda", "int8", mixed, REFERENCE, "")).toMatchObject({
      status: "falls back",
      reason: "3 of 12 nodes ran on another provider",
      relativeError: 0,
    });
  });

  it("does not call it working when the profile names nobody", () => {
    expect(judgeAnswer("cpu", "fp32", output(REFERENCE, {}), REFERENCE, "").status).toBe("falls back");
  });

  it.each([
    ["an error beyond the format's tolerance", [3, 4.1], /relative error 0\.020, where rounding explains 0\.002/],
    ["NaN", [3, NaN], /values that are not numbers/],
    ["a row too few", [3], /values that are not numbers/],
  ])("has wrong numbers for %s, wherever they were computed", (_, logits, reason) => {
    const square = judgeAnswer("cuda", "fp32", output(logits), REFERENCE, "");
    expect(square.status).toBe("wrong numbers");
    expect(square.reason).toMatch(reason);
  });

  it("allows a format the rounding that it has", () => {
    expect(judgeAnswer("cuda", "int4", output([3, 4.1]), REFERENCE, "").status).toBe("works");
  });

  it("passes on how a child ended", () => {
    const ended = { status: "crashed", reason: "the process was ended by SIGSEGV" } as const;
    expect(judgeAnswer("cuda", "fp16", ended, REFERENCE, "")).toEqual(unanswered("fp16", "crashed", ended.reason));
  });
});

describe("relativeError", () => {
  it("is the length of the difference over that of the reference", () => {
    expect(relativeError([3, 4], [3, 4])).toBe(0);
    expect(relativeError([0, 0], [3, 4])).toBe(1);
    expect(relativeError([3, 3], [3, 4])).toBeCloseTo(0.2, 12);
  });

  it("is no number where the shapes differ", () => {
    expect(relativeError([3, 4, 5], [3, 4])).toBeNaN();
  });
});

describe("explainRefusal", () => {
  it("finds the library that was missing in what the child wrote, which the exception lacks", () => {
    expect(explainRefusal(CUDA_GONE, loaderLine("libcudnn.so.9"))).toEqual({
      status: "missing library",
      reason: "libcudnn.so.9 is missing or cannot be loaded",
    });
  });

  it("finds the Vulkan loader before the adapter that is missing without it", () => {
    const warning = "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file";
    expect(explainRefusal(NO_ADAPTER, warning)).toMatchObject({
      status: "missing library",
      reason: expect.stringContaining("libvulkan.so.1") as string,
    });
  });

  it("takes the driver's own library for a missing device: fetching libraries would not help", () => {
    expect(explainRefusal(CUDA_GONE, loaderLine("libcuda.so.1"))).toEqual({
      status: "no device",
      reason: "libcuda.so.1, a part of the NVIDIA driver, is missing",
    });
  });

  it.each([
    [NO_ADAPTER, "Failed to get a WebGPU adapter: No supported adapters"],
    [
      "CUDA failure 100: no CUDA-capable device is detected ; GPU=-1",
      "CUDA failure 100: no CUDA-capable device is detected ; GPU=-1",
    ],
    [
      "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version",
      "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version",
    ],
  ])("sees that there is no device in %j", (message, reason) => {
    expect(explainRefusal(message, "")).toEqual({ status: "no device", reason });
  });

  it("keeps ONNX Runtime's words for anything else, its source line left out", () => {
    expect(explainRefusal("Could not find an implementation for MatMulBnb4(1) node\nmore", "noise")).toEqual({
      status: "refused",
      reason: "Could not find an implementation for MatMulBnb4(1) node",
    });
  });
});
