import { float16ToFloat32 } from "./tensors.ts";
import type { Tensor } from "./ort.ts";

/** The logits of one forward pass: [sequences, positions, vocabulary], read a row at a time. */
export class Logits {
  readonly #data: Float32Array | Uint16Array;
  readonly sequences: number;
  readonly positions: number;
  readonly vocabulary: number;

  constructor(tensor: Tensor) {
    const [sequences, positions, vocabulary] = tensor.dims as [number, number, number];
    this.#data = tensor.data as Float32Array | Uint16Array;
    this.sequences = sequences;
    this.positions = positions;
    this.vocabulary = vocabulary;
  }

  /** The row that predicts the token behind `position` of `sequence`; a view for float32, decoded for float16. */
  row(sequence: number, position: number): Float32Array {
    if (sequence >= this.sequences || position >= this.positions || position < 0) {
      throw new RangeError(`no logits at [${sequence}, ${position}] of [${this.sequences}, ${this.positions}]`);
    }
    const start = (sequence * this.positions + position) * this.vocabulary;
    const row = this.#data.subarray(start, start + this.vocabulary);
    return row instanceof Float32Array ? row : float16ToFloat32(row);
  }
}
