import type { ChatTemplate } from "#core/engine/chat-template.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import type { Logits } from "#core/engine/logits.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";
import type { ReferenceRows, WorkerMessage } from "#core/runs/protocol.ts";

/** What the passes of a quality launch share, by whichever graph they ask. */
export interface ScoringContext {
  /** Logits of every position of a right-padded batch, by the exported graph and with no past. */
  readonly forward: (batch: readonly TokenIds[]) => Promise<Logits>;
  readonly tokenizer: Tokenizer;
  /** The model's own; null where no pass wants it. */
  readonly chatTemplate: ChatTemplate | null;
  readonly endIds: ReadonlySet<number>;
  readonly seed: number;
  /** Most tokens of a sequence (`positionLimit` of core/models); null where the model's files name none. */
  readonly positionLimit: number | null;
  /** Whether the graph gives logits of the last position only: everything else takes a pass of its own. */
  readonly lastOnly: boolean;
  /** Questions a forward pass, as the self-test found it safe; 1 asks each alone. */
  readonly questionBatch: number;
  /** Where the reference's rows are written or read; null when nothing is compared. */
  readonly referenceRows: ReferenceRows | null;
  /** Called after each unit, when its logits are garbage. */
  readonly afterUnit: () => void;
  /** Called after each question: what piled up is garbage when it has become much. */
  readonly afterQuestion: () => void;
}

/** The same with the model that steps. */
export interface QualityContext extends ScoringContext {
  readonly stepper: Stepper;
  /** Whether choices never go on from the stepper's cache (whole-sequences.ts). */
  readonly wholeSequences: boolean;
}

export type Send = (message: WorkerMessage) => void;
