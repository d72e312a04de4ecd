/** Sums over weights and the values that stand for them now. */
export interface ErrorSums {
  readonly count: number;
  readonly sumSquares: number;
  readonly sumSquaredError: number;
  readonly maxError: number;
  /** Weights beyond the range of the codes. */
  readonly clipped: number;
}

/** The error of some weights of a tensor: what a task reports of its bytes. */
export interface PieceError {
  /** Name of the source tensor. */
  readonly weight: string;
  /** Bits of a weight after it was quantized. */
  readonly bits: number;
  /** Tells the parts of one tensor apart. */
  readonly part: number;
  readonly sums: ErrorSums;
}
