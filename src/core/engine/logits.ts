import { LabError } from "#shared/errors.ts";
import { float16ToFloat32 } from "./tensors.ts";
import type { Tensor } from "./ort.ts";

/**
 * The logits of one forward pass: [sequences, positions, vocabulary], read a row at a time. Some graphs give those of the
 * last positions only; positions are counted from the first token all the same.
 */
export class Logits {
  readonly #data: Float32Array | Uint16Array;
  readonly sequences: number;
  readonly positions: number;
  readonly vocabulary: number;
  /** Positions in front that the graph gives no logits of. */
  readonly missing: number;

  /** @param tokens of each sequence, padding included; default as many as there are rows */
  constructor(tensor: Tensor, tokens?: number) {
    const [sequences, positions, vocabulary] = tensor.dims as [number, number, number];
    this.#data = tensor.data as Float32Array | Uint16Array;
    this.sequences = sequences;
    this.positions = positions;
    this.vocabulary = vocabulary;
    this.missing = Math.max(0, (tokens ?? positions) - positions);
  }

  /**
   * The row that predicts the token after `position` of `sequence`; a view for float32, decoded for float16.
   * @throws LabError MODEL_UNSUPPORTED where the graph gives none
   */
  row(sequence: number, position: number): Float32Array {
    const index = position - this.missing;
    if (this.missing > 0 && index < 0) {
      const given = this.positions === 1 ? "last position" : `last ${this.positions} positions`;
      throw new LabError(
        "MODEL_UNSUPPORTED",
        `The model gives logits of the ${given} only. Export it with the logits of all positions (onnxruntime-genai: without prune_lm_head).`,
      );
    }
    if (sequence >= this.sequences || index >= this.positions || index < 0) {
      throw new RangeError(`no logits at [${sequence}, ${position}] of [${this.sequences}, ${this.positions}]`);
    }
    const start = (sequence * this.positions + index) * this.vocabulary;
    const row = this.#data.subarray(start, start + this.vocabulary);
    return row instanceof Float32Array ? row : float16ToFloat32(row);
  }
}
