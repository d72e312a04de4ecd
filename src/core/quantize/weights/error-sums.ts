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
  /** Of a weight now. */
  readonly bits: number;
  /** Parts of one tensor differ in it. */
  readonly part: number;
  readonly sums: ErrorSums;
}
