import { toEnvelope } from "#shared/errors.ts";
import { PROVIDERS } from "#shared/providers/providers.ts";
import { loadDecoder, type LoadedDecoder, type LoadOptions } from "#core/engine/session.ts";
import { openVariant } from "#core/models/model-folder.ts";
import { PROBE_IDS } from "./probe-model.ts";
import type { ProbeJob, ProbeMessage, ProbeOutput, ProbeTask } from "./probe-protocol.ts";

/**
 * The probing child: tries one format after the other on one provider and sends each answer at once, so that a crash of a
 * driver loses the square that it happened on and no other. Loads and runs by the code that measures cells.
 */
export async function probeFormats(job: ProbeJob, send: (message: ProbeMessage) => void): Promise<void> {
  for (const task of job.tasks) {
    const result = await compute(job, task).catch((error: unknown) => ({ error: toEnvelope(error) }));
    send({ type: "probed", format: task.format, result });
  }
}

async function compute(job: ProbeJob, { file }: ProbeTask): Promise<ProbeOutput> {
  const { signature } = openVariant(file, {});
  const loaded = await loadStrictly({ file, signature, provider: job.probe, threads: job.threads });
  const placement = await loaded.placement();
  const logits = await loaded.decoder.forward([PROBE_IDS]);
  return {
    logits: PROBE_IDS.flatMap((_, position) => Array.from(logits.row(0, position))),
    placement,
    loadMs: loaded.loadMs,
  };
}

/** First without a way to the CPU; where that is refused, as a cell would be loaded, and the placement tells the rest. */
async function loadStrictly(options: LoadOptions): Promise<LoadedDecoder> {
  const { strictConfig } = PROVIDERS[options.provider];
  if (Object.keys(strictConfig).length > 0) {
    try {
      return await loadDecoder({ ...options, sessionConfig: strictConfig });
    } catch (error) {
      if (!(error as Error).message.includes("fallback to CPU EP has been explicitly disabled")) throw error;
    }
  }
  return loadDecoder(options);
}
