interface BlockKernelOptions {
  readonly bits: 2 | 4 | 8;
  readonly symmetric: boolean;
  /** The weights are halves: their range is a half too. */
  readonly half: boolean;
  /** NumPy summed this weight one element after the other (k-quant.ts). */
  readonly inOrder: boolean;
}

/**
 * Quantizes one block of 16 to 256 weights, finite and filled up with zeros after K.
 * @param codes one code an element
 * @param out the scale before it is stored, the zero point
 */
export type BlockKernel = (
  weights: Float32Array,
  options: BlockKernelOptions,
  codes: Uint8Array,
  out: { scale: number; zero: number },
) => void;
