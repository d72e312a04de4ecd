import type { QuantizedTensor } from "../format-maker.ts";
import type { Algorithm } from "./block-algorithms.ts";

/** How MatMulNBits weights are stored and computed. */
export interface MatMulNBitsSettings {
  readonly bits: 2 | 4 | 8;
  readonly blockSize: number;
  readonly symmetric: boolean;
  /** 0 leaves the attribute out. */
  readonly accuracyLevel: number;
  /** How blocks are rounded; `k_quant` needs `symmetric: false`. */
  readonly algorithm?: Algorithm | undefined;
}

/** The tensors that took the place of one weight. */
export interface WeightSet {
  readonly codes: string;
  readonly scales: string;
  readonly zeroPoints: string | null;
  readonly report: QuantizedTensor & { nodes: string[] };
}
