/**
 * The one table of execution providers: our id, the name ONNX Runtime knows, where its library comes from and what its
 * sessions need. Sources: onnxruntime-node 1.30.0 (2026-11), its npm package and its js/node/src/session_options_helper.cc.
 */
export const PROVIDER_IDS = ["cpu", "cuda", "dml", "webgpu", "coreml"] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

/** Where a provider's memory is, and who can tell how much of it is used. */
type DeviceMemorySource = "main memory" | "nvidia-smi";

export interface Provider {
  readonly id: ProviderId;
  readonly label: string;
  /** Name in ONNX Runtime's session options. */
  readonly ortName: string;
  /** Name in ONNX Runtime's profile, by which a node says where it ran. */
  readonly profileName: string;
  /** `process.platform`-`process.arch` pairs for which a library exists. */
  readonly platforms: readonly string[];
  /** Files that must lie beside onnxruntime-node's own library, by `process.platform`; none where it is built in. */
  readonly libraries: Readonly<Partial<Record<string, readonly string[]>>>;
  /** Session options that its sessions need, whatever the variant. */
  readonly sessionOptions: Readonly<{ enableMemPattern?: boolean }>;
  /**
   * Entries of the session configuration that refuse a graph of which a node would run on the CPU. For probes only: real
   * graphs keep shape arithmetic on the CPU on purpose, and int8 cells could not run at all. Runs show their placement.
   */
  readonly strictConfig: Readonly<Record<string, string>>;
  /** Provider options that onnxruntime-node hands on. It ignores any other without a word, so we refuse them. */
  readonly options: readonly string[];
  readonly deviceMemory: DeviceMemorySource;
  /** What to do where a library is missing. */
  readonly remedy: string;
  /** What to do where the library is there and finds no device. */
  readonly deviceRemedy: string;
}

const WINDOWS = ["win32-x64", "win32-arm64"];
const NO_FALLBACK = Object.freeze({ disable_cpu_ep_fallback: "1" });

export const PROVIDERS: Readonly<Record<ProviderId, Provider>> = Object.freeze({
  cpu: {
    id: "cpu",
    label: "CPU",
    ortName: "cpu",
    profileName: "CPUExecutionProvider",
    platforms: ["linux-x64", "linux-arm64", ...WINDOWS, "darwin-arm64"],
    libraries: {},
    sessionOptions: {},
    // ONNX Runtime would refuse every graph: the CPU is its own fallback.
    strictConfig: {},
    options: [],
    deviceMemory: "main memory",
    remedy: "The CPU provider is part of onnxruntime-node; reinstall the packages.",
    deviceRemedy: "The CPU provider is part of onnxruntime-node; reinstall the packages.",
  },
  cuda: {
    id: "cuda",
    label: "CUDA",
    ortName: "cuda",
    profileName: "CUDAExecutionProvider",
    platforms: ["linux-x64"],
    libraries: { linux: ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"] },
    sessionOptions: {},
    strictConfig: NO_FALLBACK,
    options: ["deviceId"],
    deviceMemory: "nvidia-smi",
    remedy: "Fetch the CUDA provider with `npm run cuda` and have CUDA and cuDNN on the library path.",
    deviceRemedy:
      "Check the NVIDIA driver with `nvidia-smi`: it must see the GPU and be as new as the CUDA libraries on the library path.",
  },
  dml: {
    id: "dml",
    label: "DirectML",
    ortName: "dml",
    profileName: "DmlExecutionProvider",
    platforms: WINDOWS,
    libraries: { win32: ["DirectML.dll"] },
    // DirectML cannot plan memory ahead; ONNX Runtime would switch it off by itself, with a warning for each session.
    sessionOptions: { enableMemPattern: false },
    strictConfig: NO_FALLBACK,
    options: ["deviceId"],
    deviceMemory: "nvidia-smi",
    remedy: "DirectML is part of onnxruntime-node on Windows, and exists there only; reinstall the packages.",
    deviceRemedy: "DirectML needs a GPU and a driver with Direct3D 12.",
  },
  webgpu: {
    id: "webgpu",
    label: "WebGPU",
    ortName: "webgpu",
    profileName: "WebGpuExecutionProvider",
    platforms: ["linux-x64", ...WINDOWS, "darwin-arm64"],
    libraries: { win32: ["dxcompiler.dll", "dxil.dll"] },
    sessionOptions: {},
    strictConfig: NO_FALLBACK,
    options: [
      "preferredLayout",
      "validationMode",
      "weightLoadAcceleration",
      "storageBufferCacheMode",
      "uniformBufferCacheMode",
      "queryResolveBufferCacheMode",
      "defaultBufferCacheMode",
      "enableRobustness",
      "enableMatmulFp32Accumulation",
    ],
    deviceMemory: "nvidia-smi",
    remedy: "WebGPU needs a GPU driver with Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS).",
    deviceRemedy: "WebGPU needs a GPU driver with Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS).",
  },
  coreml: {
    id: "coreml",
    label: "Core ML",
    ortName: "coreml",
    profileName: "CoreMLExecutionProvider",
    platforms: ["darwin-arm64"],
    libraries: {},
    sessionOptions: {},
    strictConfig: NO_FALLBACK,
    options: ["coreMlFlags"],
    // Apple's GPU has no memory of its own.
    deviceMemory: "main memory",
    remedy: "Core ML is part of onnxruntime-node on macOS, and exists there only; reinstall the packages.",
    deviceRemedy: "Core ML is part of macOS; update it.",
  },
});

export function isProviderId(text: string): text is ProviderId {
  return (PROVIDER_IDS as readonly string[]).includes(text);
}

/** The first option that this provider would ignore; null when it takes them all. */
export function ignoredOption(provider: ProviderId, options: Readonly<Record<string, unknown>>): string | null {
  return Object.keys(options).find((name) => !PROVIDERS[provider].options.includes(name)) ?? null;
}
