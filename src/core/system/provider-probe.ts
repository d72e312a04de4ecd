import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import {
  isUsable,
  PROBE_FORMATS,
  PROBE_VERSION,
  type ProbeFormat,
  type ProbeReport,
  type ProbeSquare,
  type ProviderProbe,
} from "#shared/providers/probe.ts";
import { type Provider, PROVIDER_IDS, type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { Spawner } from "#core/runs/spawner.ts";
import { readGpus } from "./gpus.ts";
import { missingLibraries, onnxRuntimeVersion } from "./onnxruntime-files.ts";
import { judgeAnswer, unanswered } from "./probe-answer.ts";
import { probeInChildren } from "./probe-children.ts";
import { writeProbeModel } from "./probe-model.ts";
import type { ProbeTask } from "./probe-protocol.ts";
import { makeTemporary, removeTemporary } from "./temporary.ts";

interface ProbeOptions {
  readonly spawner: Spawner;
  readonly signal: AbortSignal;
  /** Where the tiny models are made, and gone when it ends. */
  readonly temporaryDir: string;
  /** Default: 60. Loading CUDA's libraries for the first time takes seconds. */
  readonly secondsPerFormat?: number;
  /** Called before each provider that is tried. */
  readonly onProvider?: (provider: ProviderId) => void;
}

const SECONDS_PER_FORMAT = 60;
const THREADS = 2;

/**
 * Tries every provider with every format on a tiny model, each provider in a process of its own: what really works here, and
 * why not where it does not. Nothing is taken from lists of what a library was built with.
 * @throws LabError CANCELLED, DISK_FULL, OUTPUT_UNWRITABLE; INTERNAL where even fp32 on the CPU gives nothing
 */
export async function probeProviders(options: ProbeOptions): Promise<ProbeReport> {
  const dir = makeTemporary(options.temporaryDir);
  try {
    const tasks = await makeFiles(dir);
    const platform = `${process.platform}-${process.arch}`;
    let reference: readonly number[] | null = null;
    const providers: ProviderProbe[] = [];
    // The CPU is the first of them, and the others' reference.
    for (const id of PROVIDER_IDS) {
      const provider = PROVIDERS[id];
      const absent = whyAbsent(provider, platform);
      if (absent) {
        providers.push(absent);
        continue;
      }
      options.onProvider?.(id);
      const { answers, stderr } = await probeInChildren({
        spawner: options.spawner,
        signal: options.signal,
        secondsPerFormat: options.secondsPerFormat ?? SECONDS_PER_FORMAT,
        job: { probe: id, threads: THREADS, tasks },
      });
      const fp32 = answers.get("fp32");
      reference ??= fp32 && "output" in fp32 ? fp32.output.logits : null;
      if (!reference) throw noReference(fp32 && "reason" in fp32 ? fp32.reason : stderr);
      const known = reference;
      const squares = tasks.map(({ format }) => judgeAnswer(id, format, answers.get(format)!, known, stderr));
      providers.push(summarize(provider, squares));
    }
    return {
      schemaVersion: PROBE_VERSION,
      probedAt: new Date().toISOString(),
      platform,
      onnxruntime: onnxRuntimeVersion(),
      gpus: await readGpus(),
      providers,
    };
  } finally {
    removeTemporary(dir);
  }
}

/** The probe model in every format, by our own quantizer. */
async function makeFiles(dir: string): Promise<ProbeTask[]> {
  const file = (format: ProbeFormat): string => join(dir, `${format}.onnx`);
  const source = file("fp32");
  writeProbeModel(source);
  for (const format of PROBE_FORMATS) {
    if (format !== "fp32") await quantizeModel({ source, target: file(format), recipe: { format }, threads: 1 });
  }
  return PROBE_FORMATS.map((format) => ({ format, file: file(format) }));
}

/** A provider that need not be tried: it is not made for this platform, or its library was never fetched. */
function whyAbsent(provider: Provider, platform: string): ProviderProbe | null {
  if (!provider.platforms.includes(platform)) {
    const reason = `${provider.label} exists on ${provider.platforms.join(", ")}; this is ${platform}`;
    return summarize(provider, everywhere("not on this platform", reason));
  }
  const missing = missingLibraries(provider.id);
  if (missing.length === 0) return null;
  const reason = `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not beside onnxruntime-node's library`;
  return summarize(provider, everywhere("missing library", reason));
}

function everywhere(status: "not on this platform" | "missing library", reason: string): ProbeSquare[] {
  return PROBE_FORMATS.map((format) => unanswered(format, status, reason));
}

function summarize(provider: Provider, squares: readonly ProbeSquare[]): ProviderProbe {
  const usable = squares.some(({ status }) => isUsable(status));
  const [first] = squares;
  const same = squares.every(({ status }) => status === first?.status);
  return {
    provider: provider.id,
    label: provider.label,
    usable,
    reason: !usable && same && first ? first.reason : null,
    remedy: usable || !same || !first ? null : remedyOf(provider, first),
    squares: [...squares],
  };
}

function remedyOf(provider: Provider, { status }: ProbeSquare): string | null {
  if (status === "missing library") return provider.remedy;
  if (status === "not on this platform") return null;
  return provider.deviceRemedy;
}

function noReference(why: string): LabError {
  return new LabError("INTERNAL", `The probe model does not run in fp32 on the CPU: ${why}. ${PROVIDERS.cpu.remedy}`);
}
