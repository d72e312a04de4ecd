import type { ErrorEnvelope } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { CellStatus, LaunchKind, RunStatus } from "#shared/results.ts";
import type { WriteProgress } from "#core/onnx/write-options.ts";
import type { Db } from "#core/store/database.ts";
import type { RunEstimate } from "./estimate.ts";
import type { PassName, Samples, WorkerMessage } from "./protocol.ts";
import type { Shard } from "./shard.ts";
import type { Place } from "./place.ts";
import type { Spawner } from "./spawner.ts";
import type { Patience } from "./write-queue.ts";

/** What a run tells while it goes on. */
export type RunEvent =
  | { readonly type: "making"; readonly format: FormatId; readonly progress: WriteProgress | null }
  | {
      readonly type: "started";
      readonly runId: string;
      readonly labels: readonly string[];
      readonly questions: number;
      /** Of those, the ones that repeat another one of them in its words. */
      readonly duplicates: number;
      readonly estimate: RunEstimate;
    }
  | { readonly type: "cell"; readonly label: string; readonly status: CellStatus; readonly error: ErrorEnvelope | null }
  | {
      readonly type: "launch";
      readonly label: string;
      readonly kind: LaunchKind;
      readonly launch: number;
      /** Processes of the run that are over, and all of them. */
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: "progress";
      readonly label: string;
      readonly pass: PassName;
      readonly done: number;
      readonly total: number;
      readonly remainingMs: number;
    }
  /** Another program holds the store: what was measured waits in memory from now on, or no longer. */
  | { readonly type: "waiting"; readonly waiting: boolean }
  | { readonly type: "samples"; readonly label: string; readonly kind: LaunchKind; readonly samples: Samples }
  /** The measuring process has sent nothing for so long; null: it has now. */
  | { readonly type: "silent"; readonly label: string; readonly seconds: number | null }
  /** A unit was stored: whoever shows the run's results may read them again. */
  | { readonly type: "stored"; readonly label: string; readonly pass: PassName; readonly message: WorkerMessage };

export interface ExecuteOptions {
  readonly db: Db;
  /** Of a new run, where whoever starts it must know it beforehand; default a fresh one. */
  readonly runId?: string;
  /** Measures this part of a new run only; a resumed one knows its own. */
  readonly shard?: Shard;
  readonly variantsDir: string;
  /** Where the run keeps what its cells compare with, until it is done. */
  readonly scratchDir: string;
  readonly spawner: Spawner;
  readonly signal: AbortSignal;
  /** Cancels one cell of the run; the others go on. */
  readonly cellSignal?: (label: string) => AbortSignal | undefined;
  readonly onEvent: (event: RunEvent) => void;
  /** How long the store is waited for while another program holds it; default minutes. */
  readonly patience?: Patience;
  /** This process's place among those that measure on this machine; none for whoever has not asked for one. */
  readonly place?: Pick<Place, "beside">;
}

export interface RunOutcome {
  readonly runId: string;
  readonly status: RunStatus;
}
