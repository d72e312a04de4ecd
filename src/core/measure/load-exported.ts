import { aboveIdle } from "#shared/metrics/peak-memory.ts";
import type { Decoder } from "#core/engine/decoder.ts";
import { loadDecoder } from "#core/engine/session.ts";
import { openDeviceMemory } from "#core/system/device-memory.ts";
import { testCache } from "./cache-self-test.ts";
import type { ForwardPassInput } from "./forward-pass.ts";
import { type Launch, sendLoaded } from "./launch.ts";
import { collectGarbage, residentParts } from "./memory.ts";

/** The model as it stands in its file, loaded; what the passes over it need besides their specs. */
export interface ExportedModel {
  readonly decoder: Decoder;
  readonly loadPeakBytes: number;
  readonly deviceMemory: ForwardPassInput["deviceMemory"];
}

/**
 * Loads the exported graph, measures what that takes, and sends it. Steady memory is read after forward passes: external
 * weights are mapped and only count once they were touched.
 * @param cacheTest whether decoding is compared with one pass first; a launch for memory goes without
 */
export async function loadExported(launch: Launch, cacheTest: boolean): Promise<ExportedModel> {
  const { job, variant, memory, baseBytes, baseFileBytes, send } = launch;
  send({ type: "progress", pass: "load", done: 0, total: 1 });
  // Before the session: what the device holds already is subtracted.
  const device = openDeviceMemory(job.provider);
  collectGarbage();
  memory.reset();
  const loaded = await loadDecoder(loadOptions(launch));
  const loadPeakBytes = aboveIdle(memory.peakBytes(), baseBytes);
  const loadFileBytes = residentParts().fileBytes;
  const placement = await loaded.placement();
  const { decoder } = loaded;
  const cacheSelfTest = cacheTest
    ? await testCache(decoder, variant.facts, launch.vocabularySize, launch.job.provider)
    : null;
  collectGarbage();
  const steadyBytes = aboveIdle(memory.residentBytes(), baseBytes);
  sendLoaded(launch, {
    loadMs: loaded.loadMs,
    memory: {
      baseBytes,
      loadPeakBytes,
      steadyBytes,
      source: memory.source,
      ...(baseFileBytes !== null && loadFileBytes !== null && { baseFileBytes, loadFileBytes }),
    },
    placement,
    cacheSelfTest,
  });
  return {
    decoder,
    loadPeakBytes,
    deviceMemory: device ? () => device.sample()?.usedBytes ?? null : undefined,
  };
}

/** How every session of a cell is made. */
export function loadOptions({ job, variant }: Launch): Parameters<typeof loadDecoder>[0] {
  return {
    file: job.file,
    signature: variant.signature,
    hasWindowsPaths: variant.hasWindowsPaths,
    provider: job.provider,
    threads: job.threads,
    ...(job.providerOptions && { providerOptions: job.providerOptions }),
  };
}
