import si from "systeminformation";
import type { Gpu } from "#shared/providers/gpu.ts";
import { askNvidiaSmi, GPU_QUERY, parseGpus } from "./nvidia-smi.ts";

/** A graphics controller in the words of `systeminformation`, as far as we read it. */
export interface Controller {
  readonly vendor: string;
  readonly model: string;
  readonly driverVersion?: string | undefined;
  /** MiB. */
  readonly vram: number | null;
  readonly vramDynamic: boolean;
}

/** The GPUs of this machine: NVIDIA's as their driver describes them, others as the system does. */
export async function readGpus(
  ask: typeof askNvidiaSmi = askNvidiaSmi,
  controllers: () => Promise<readonly Controller[]> = systemControllers,
): Promise<Gpu[]> {
  const nvidia = parseGpus((await ask(GPU_QUERY)) ?? "");
  const others = (await controllers()).filter(({ vendor, model }) => {
    // A card that is listed above; without NVIDIA's tool the system's word is all there is.
    const listed = nvidia.length > 0 && /nvidia/i.test(`${vendor} ${model}`);
    return model !== "" && !listed;
  });
  return [...nvidia, ...others.map(fromController)];
}

function fromController({ vendor, model, driverVersion, vram, vramDynamic }: Controller): Gpu {
  return {
    name: model.toLowerCase().startsWith(vendor.split(" ")[0]!.toLowerCase()) ? model : `${vendor} ${model}`,
    // Windows gives an empty one for some.
    driver: driverVersion === "" ? null : (driverVersion ?? null),
    memoryBytes: vram && !vramDynamic ? vram * 2 ** 20 : null,
  };
}

async function systemControllers(): Promise<readonly Controller[]> {
  return (await si.graphics()).controllers;
}
