import { LabError } from "#shared/errors.ts";
import { type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import type { SessionOptions } from "./ort.ts";

export interface LoadOptions {
  readonly file: string;
  readonly signature: DecoderSignature;
  /** Whether ONNX Runtime must be told where the weights are: see Variant.hasWindowsPaths. */
  readonly hasWindowsPaths?: boolean;
  readonly provider: ProviderId;
  readonly threads: number;
  readonly providerOptions?: Readonly<Record<string, string | number | boolean>>;
  /** ONNX Runtime's session configuration entries, for paired comparisons (no spinning between two sessions). */
  readonly sessionConfig?: Readonly<Record<string, string>>;
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

/** Why a session could not be created, in our words. */
export function loadError(error: unknown, { provider, file }: LoadOptions): LabError {
  if (error instanceof LabError) return error;
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
