import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import si from "systeminformation";
import type { Environment } from "#shared/results.ts";
import { appVersion } from "./app-version.ts";
import { readGpus } from "./gpus.ts";
import { machineId } from "./machine-id.ts";
import { onnxRuntimeVersion } from "./onnxruntime-files.ts";

/**
 * What a run must say of the machine and the libraries, so that it can be compared with another.
 * @param launcher how the measuring children are started (`fork`, `utilityProcess`)
 */
export async function readEnvironment(launcher: string): Promise<Environment> {
  return {
    app: appVersion(),
    runtime: { onnxruntime: onnxRuntimeVersion(), node: process.versions.node, launcher },
    os: { platform: platform(), release: release(), arch: arch() },
    cpu: processor(
      cpus().map(({ model }) => model),
      await si.cpu(),
      availableParallelism(),
    ),
    memoryBytes: totalmem(),
    gpus: await readGpus(),
    powerSource: powerSource(await si.battery()),
    machineId: machineId(),
  };
}

/**
 * The processor by what the system says of each logical core and by what `systeminformation` read of it all.
 * @param models one a logical core; none where /proc is hidden, "unknown" on many ARM machines
 * @param parallelism how many threads this process is let run at once
 */
export function processor(
  models: readonly string[],
  read: { readonly manufacturer: string; readonly brand: string; readonly physicalCores: number },
  parallelism: number,
): Environment["cpu"] {
  const named = models[0]?.trim() ?? "";
  const other = `${read.manufacturer} ${read.brand}`.trim();
  return {
    model: named === "" || named === "unknown" ? other || "unknown" : named,
    // In containers the reported cores are the host's; no more can run than this process is let.
    physicalCores: Math.max(1, Math.min(read.physicalCores || models.length || parallelism, parallelism)),
    logicalCores: models.length || parallelism,
  };
}

/** Threads that a cell computes with unless its spec says otherwise: one per physical core, as ONNX Runtime chooses. */
export async function defaultThreads(): Promise<number> {
  const models = cpus().map(({ model }) => model);
  return processor(models, await si.cpu(), availableParallelism()).physicalCores;
}

/** A machine without a battery does not tell: a virtual one on a laptop has none either. */
export function powerSource(battery: {
  readonly hasBattery: boolean;
  readonly acConnected: boolean;
}): Environment["powerSource"] {
  if (!battery.hasBattery) return null;
  return battery.acConnected ? "mains" : "battery";
}
