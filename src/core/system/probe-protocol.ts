/** What the parent and a probing child say to each other. Plain data: it crosses a process border. */
import type { ErrorEnvelope } from "#shared/errors.ts";
import type { ProbeFormat } from "#shared/providers/probe.ts";
import type { ProviderId } from "#shared/providers/providers.ts";

export interface ProbeTask {
  readonly format: ProbeFormat;
  readonly file: string;
}

/** Everything one child needs to try one provider. */
export interface ProbeJob {
  readonly probe: ProviderId;
  readonly threads: number;
  readonly tasks: readonly ProbeTask[];
}

/** What a format gave on the provider. */
export interface ProbeOutput {
  /** Logits of the probe tokens, row by row. */
  readonly logits: readonly number[];
  readonly placement: Readonly<Record<string, number>>;
  readonly loadMs: number;
}

/** The answer to one task. */
export interface ProbeMessage {
  readonly type: "probed";
  readonly format: ProbeFormat;
  readonly result: ProbeOutput | { readonly error: ErrorEnvelope };
}
