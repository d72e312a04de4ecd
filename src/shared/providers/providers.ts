/**
 * The one table of execution providers: our id, the name ONNX Runtime knows, and where its library comes from.
 * Platforms as of onnxruntime-node 1.30.0 (2026-11): what the npm package carries, plus CUDA's separate download.
 */
export const PROVIDER_IDS = ["cpu", "cuda", "dml", "webgpu", "coreml"] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

export interface Provider {
  readonly id: ProviderId;
  readonly label: string;
  /** Name in ONNX Runtime's session options. */
  readonly ortName: string;
  /** Name in ONNX Runtime's profile, by which a node says where it ran. */
  readonly profileName: string;
  /** `process.platform`-`process.arch` pairs for which a library exists. */
  readonly platforms: readonly string[];
  /** What to do where it is missing. */
  readonly remedy: string;
}

const WINDOWS = ["win32-x64", "win32-arm64"];

export const PROVIDERS: Readonly<Record<ProviderId, Provider>> = Object.freeze({
  cpu: {
    id: "cpu",
    label: "CPU",
    ortName: "cpu",
    profileName: "CPUExecutionProvider",
    platforms: ["linux-x64", "linux-arm64", ...WINDOWS, "darwin-arm64"],
    remedy: "The CPU provider is part of onnxruntime-node; reinstall the packages.",
  },
  cuda: {
    id: "cuda",
    label: "CUDA",
    ortName: "cuda",
    profileName: "CUDAExecutionProvider",
    platforms: ["linux-x64"],
    remedy: "Fetch the CUDA provider with `npm run cuda` and have CUDA and cuDNN on the library path.",
  },
  dml: {
    id: "dml",
    label: "DirectML",
    ortName: "dml",
    profileName: "DmlExecutionProvider",
    platforms: WINDOWS,
    remedy: "DirectML exists on Windows only.",
  },
  webgpu: {
    id: "webgpu",
    label: "WebGPU",
    ortName: "webgpu",
    profileName: "WebGpuExecutionProvider",
    platforms: ["linux-x64", ...WINDOWS, "darwin-arm64"],
    remedy: "WebGPU needs a GPU driver with Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS).",
  },
  coreml: {
    id: "coreml",
    label: "Core ML",
    ortName: "coreml",
    profileName: "CoreMLExecutionProvider",
    platforms: ["darwin-arm64"],
    remedy: "Core ML exists on macOS only.",
  },
});

export function isProviderId(text: string): text is ProviderId {
  return (PROVIDER_IDS as readonly string[]).includes(text);
}
