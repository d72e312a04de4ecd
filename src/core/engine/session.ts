import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import { makeTemporary, PROFILE_PREFIX, removeTemporary } from "#core/system/temporary.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import { Decoder } from "./decoder.ts";
import { createSession, releaseSession } from "./open-sessions.ts";
import type { SessionOptions } from "./ort.ts";

const PROFILE_FILE = "profile";

export interface LoadOptions {
  readonly file: string;
  readonly signature: DecoderSignature;
  readonly provider: ProviderId;
  readonly threads: number;
  readonly providerOptions?: Readonly<Record<string, string | number | boolean>>;
  /** ONNX Runtime's session configuration entries, for paired comparisons (no spinning between two sessions). */
  readonly sessionConfig?: Readonly<Record<string, string>>;
}

/** A session that has just been created, still profiling: its first run tells where every node runs. */
export interface LoadedDecoder {
  readonly decoder: Decoder;
  readonly loadMs: number;
  /**
   * Runs one short forward pass and stops the profiler for good.
   * @returns nodes per execution provider, by the names in ONNX Runtime's profile
   */
  placement(): Promise<Record<string, number>>;
  /** Frees the session; the process keeps a good part of its memory. */
  release(): Promise<void>;
}

/**
 * Creates a session on one provider. The options are the same for every variant, so that cells differ in what is compared
 * only; a GPU provider may not hand nodes to the CPU unseen, which is what the placement is for.
 * @throws LabError PROVIDER_UNAVAILABLE, OUT_OF_MEMORY or MODEL_CORRUPT
 */
export async function loadDecoder(options: LoadOptions): Promise<LoadedDecoder> {
  const profileDir = makeTemporary(tmpdir(), PROFILE_PREFIX);
  const removeProfile = (): void => {
    removeTemporary(profileDir);
    process.off("exit", removeProfile);
  };
  // Whoever never asks for the placement leaves nothing behind either.
  process.on("exit", removeProfile);
  try {
    const start = performance.now();
    const session = await createSession(options.file, {
      ...sessionOptions(options),
      enableProfiling: true,
      profileFilePrefix: join(profileDir, PROFILE_FILE),
    });
    const loadMs = performance.now() - start;
    const decoder = new Decoder(session, options.signature);
    return {
      decoder,
      loadMs,
      placement: async () => {
        try {
          await decoder.compute(decoder.batchFeeds([[0, 0, 0, 0]]));
          session.endProfiling();
          return countNodes(profileDir);
        } finally {
          removeProfile();
        }
      },
      release: () => releaseSession(session),
    };
  } catch (error) {
    removeProfile();
    throw loadError(error, options);
  }
}

/** Session options of every measurement; exported for the overhead benchmark, which must use the same. */
export function sessionOptions(options: Omit<LoadOptions, "file" | "signature">): SessionOptions {
  return {
    executionProviders: [{ name: PROVIDERS[options.provider].ortName, ...options.providerOptions }],
    intraOpNumThreads: options.threads,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    ...PROVIDERS[options.provider].sessionOptions,
    logSeverityLevel: 3,
    ...(options.sessionConfig && { extra: { session: options.sessionConfig } }),
  };
}

/**
 * A kernel's event of the profile. Not read as JSON: ONNX Runtime writes names as they are, and one that holds a quote or a control
 * character makes the file none.
 */
const KERNEL =
  /^\{"cat"\s*:\s*"Node",.*?"name"\s*:\s*"(.*)_kernel_time"\s*,\s*"args"\s*:\s*\{.*"provider"\s*:\s*"([^"]+)"/s;
const EVENTS_APART = /\n(?=\{"cat"\s*:)/;

/** Kernel events of the profile by provider, every node counted once. */
function countNodes(profileDir: string): Record<string, number> {
  const file = readdirSync(profileDir).find((name) => name.startsWith(PROFILE_FILE));
  if (file === undefined) return {};
  const seen = new Set<string>();
  const counts: Record<string, number> = {};
  for (const event of readFileSync(join(profileDir, file), "utf8").split(EVENTS_APART)) {
    const [, name, provider] = KERNEL.exec(event) ?? [];
    if (name === undefined || provider === undefined || seen.has(name)) continue;
    seen.add(name);
    counts[provider] = (counts[provider] ?? 0) + 1;
  }
  return counts;
}

/** Why a session could not be created, in our words. */
export function loadError(error: unknown, { provider, file }: LoadOptions): LabError {
  const message = error instanceof Error ? error.message : String(error);
  const cause = { cause: error };
  if (/bad_alloc|out of memory|failed to allocate/i.test(message)) {
    return new LabError(
      "OUT_OF_MEMORY",
      `${file} does not fit into memory on ${provider}: ${message}`,
      { file },
      cause,
    );
  }
  if (provider !== "cpu" && /provider|backend|cuda|library|adapter|device/i.test(message)) {
    const { label, remedy } = PROVIDERS[provider];
    return new LabError(
      "PROVIDER_UNAVAILABLE",
      `${label} does not work here: ${message}. ${remedy}`,
      { provider },
      cause,
    );
  }
  return new LabError("MODEL_CORRUPT", `ONNX Runtime cannot load ${file}: ${message}`, { file, provider }, cause);
}
