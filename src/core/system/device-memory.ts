import type { DeviceMemoryKind } from "#shared/providers/gpu.ts";
import { type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import {
  DEVICE_QUERY,
  nvidiaSmi,
  type NvidiaSmi,
  parseDeviceMemory,
  parseProcessMemory,
  PROCESS_QUERY,
} from "./nvidia-smi.ts";

/**
 * Device memory that a cell uses. A reading starts nvidia-smi and takes tens of milliseconds, so it belongs between timed
 * runs, never inside. That is enough for a peak on CUDA: ONNX Runtime's arena keeps what it once had.
 */
interface DeviceMemoryProbe {
  /** Whose memory the readings are; null until there was one. It never changes after that, so that readings compare. */
  readonly kind: DeviceMemoryKind | null;
  /** Null where the device does not say. */
  sample(): { readonly usedBytes: number } | null;
}

/**
 * Opens the probe of a provider. Call it before the session is made: what the whole device used until then is subtracted
 * where memory cannot be told by process (Windows, WebGPU over Vulkan, containers with process numbers of their own).
 * @param pids the measuring process and its children
 * @returns null for providers whose memory is the main memory
 */
export function openDeviceMemory(
  provider: ProviderId,
  pids: readonly number[] = [process.pid],
  run: NvidiaSmi = nvidiaSmi,
): DeviceMemoryProbe | null {
  return PROVIDERS[provider].deviceMemory === "nvidia-smi" ? new NvidiaMemory(new Set(pids), run) : null;
}

class NvidiaMemory implements DeviceMemoryProbe {
  readonly #pids: ReadonlySet<number>;
  readonly #run: NvidiaSmi;
  readonly #before: number | null;
  #kind: DeviceMemoryKind | null = null;

  constructor(pids: ReadonlySet<number>, run: NvidiaSmi) {
    this.#pids = pids;
    this.#run = run;
    this.#before = this.#device();
  }

  get kind(): DeviceMemoryKind | null {
    return this.#kind;
  }

  sample(): { readonly usedBytes: number } | null {
    const order: readonly DeviceMemoryKind[] = this.#kind ? [this.#kind] : ["nvidia-smi process", "nvidia-smi device"];
    for (const kind of order) {
      const usedBytes = kind === "nvidia-smi process" ? this.#process() : this.#sinceBefore();
      if (usedBytes === null) continue;
      this.#kind = kind;
      return { usedBytes };
    }
    return null;
  }

  #process(): number | null {
    return parseProcessMemory(this.#run(PROCESS_QUERY) ?? "", this.#pids);
  }

  #device(): number | null {
    return parseDeviceMemory(this.#run(DEVICE_QUERY) ?? "");
  }

  /** Not below zero: others may have freed memory since. */
  #sinceBefore(): number | null {
    const now = this.#device();
    return now === null || this.#before === null ? null : Math.max(0, now - this.#before);
  }
}
