import { LabError } from "#shared/errors.ts";
import { BFLOAT16, FLOAT } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { ErrorSums, PieceError } from "../weights/error-sums.ts";
import { fromHalf, toHalf, widenBfloats } from "../weights/half.ts";
import { borrowMemory, placeOf, takeErrors, type WasmLoops } from "../weights/wasm-instance.ts";
import { addOne, noSums, type Sums } from "../weights/weight-error.ts";

export type ClampRule = NonNullable<Recipe["clamp"]>;

/** Finite values outside of [tiny, huge] become these; zero and infinity are what they are. */
const LIMITS: Readonly<Record<ClampRule, { readonly tiny: number; readonly huge: number }>> = Object.freeze({
  // onnxruntime.transformers.float16: the smallest subnormal and the largest finite half.
  onnxruntime: { tiny: 5.96e-8, huge: 65504 },
  // scripts/float16.py of transformers.js, the defaults of onnxconverter-common.
  "transformers.js": { tiny: 1e-7, huge: 1e4 },
});

const INFINITE = 0x7f800000;
/** Elements that are held at once. */
const SLAB_ELEMENTS = 1 << 18;

/** The values of a slab that are not finite. */
interface NotFinite {
  nan: boolean;
  infinite: boolean;
}

/**
 * Rounds float32 bit patterns to halves, ties to even, with a tool's rule for what a half cannot hold: finite values never
 * become zero or infinity. NaN and infinity stay (a mask is full of them) and are noted in `seen`.
 * @param sums get the errors of the finite ones: what stays has none, nor is it signal
 */
export function toHalves(words: Int32Array, halves: Uint16Array, rule: ClampRule, seen: NotFinite, sums?: Sums): void {
  const { tiny, huge } = LIMITS[rule];
  const [tinyWord, hugeWord] = [floatWord(tiny), floatWord(huge)];
  const [tinyHalf, hugeHalf] = [toHalf(tiny), toHalf(huge)];
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    let half: number;
    if (magnitude >= 0x38800000 && magnitude <= hugeWord) {
      // A normal half. Adding just below half of the dropped bits, plus the last kept bit, rounds ties to even.
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    } else if (magnitude < 0x38800000) {
      half = magnitude === 0 ? 0 : magnitude < tinyWord ? tinyHalf : subnormal(magnitude);
    } else if (magnitude < INFINITE) {
      half = hugeHalf;
    } else if (magnitude === INFINITE) {
      half = 0x7c00;
      seen.infinite = true;
    } else {
      half = 0x7e00 | ((magnitude >>> 13) & 0x3ff);
      seen.nan = true;
    }
    halves[i] = sign | half;
    if (!sums || magnitude >= INFINITE) continue;
    const clipped = (magnitude > 0 && magnitude < tinyWord) || magnitude > hugeWord;
    addOne(sums, floats[i]!, fromHalf(sign | half), clipped);
  }
}

/** A subnormal half from a normal float32 below 2^-14: units of 2^-24, ties to even. */
function subnormal(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0;
  const digits = (magnitude & 0x7fffff) | 0x800000;
  const half = digits >>> shift;
  const rest = digits & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return rest > middle || (rest === middle && (half & 1) === 1) ? half + 1 : half;
}

function floatWord(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!;
}

/** A float tensor that becomes half. */
export interface FloatSource {
  /** Name of the half tensor that it becomes. */
  readonly name: string;
  /** Name of the source tensor, under which errors are reported. */
  readonly weight: string;
  readonly elements: number;
  readonly dataType: typeof FLOAT | typeof BFLOAT16;
  /** The model multiplies by it: an infinity in it is damage, elsewhere it is a mask. */
  readonly multiplied: boolean;
  readonly open: () => TensorReader;
}

/**
 * Converts a tensor of any size, or some of its elements, in bounded memory to the tensor of the same name.
 * @throws LabError MODEL_CORRUPT for NaN in a tensor of more than one element, and for infinity in a multiplied one
 */
export function* halfPieces(
  source: FloatSource,
  rule: ClampRule,
  { first, count: length } = { first: 0, count: source.elements },
): Generator<TensorPiece> {
  const { name, dataType } = source;
  const capacity = Math.min(length, SLAB_ELEMENTS);
  using memory = borrowMemory(capacity * 4, capacity * 2);
  const [wordBytes, halfBytes] = memory.parts as [Uint8Array, Uint8Array];
  const words = new Int32Array(wordBytes.buffer, wordBytes.byteOffset, capacity);
  const halves = new Uint16Array(halfBytes.buffer, halfBytes.byteOffset, capacity);
  const stored = new Uint16Array(dataType === BFLOAT16 ? capacity : 0);
  using reader = source.open();
  for (let done = first; done < first + length; done += capacity) {
    const count = Math.min(capacity, first + length - done);
    if (dataType === FLOAT) {
      reader.read(wordBytes.subarray(0, count * 4), done * 4);
    } else {
      reader.read(new Uint8Array(stored.buffer, 0, count * 2), done * 2);
      widenBfloats(stored.subarray(0, count), words);
    }
    const seen = { nan: false, infinite: false };
    const sums = memory.loops
      ? halvesByMachine(memory.loops, words, halves, count, rule, seen)
      : halvesByHand(words.subarray(0, count), halves, rule, seen);
    refuseNotFinite(source, seen);
    const error = { weight: source.weight, bits: 16, part: done, sums };
    yield { tensor: name, offset: done * 2, bytes: halfBytes.subarray(0, count * 2), report: error };
  }
}

function halvesByMachine(
  loops: WasmLoops,
  words: Int32Array,
  halves: Uint16Array,
  count: number,
  rule: ClampRule,
  seen: NotFinite,
): ErrorSums {
  const { tiny, huge } = LIMITS[rule];
  const found = loops.halvesOf(placeOf(words), placeOf(halves), count, floatWord(tiny), floatWord(huge));
  if (found & 1) seen.infinite = true;
  if (found & 2) seen.nan = true;
  return takeErrors(loops, count);
}

function halvesByHand(words: Int32Array, halves: Uint16Array, rule: ClampRule, seen: NotFinite): ErrorSums {
  const sums = noSums();
  toHalves(words, halves, rule, seen, sums);
  return { ...sums, count: words.length };
}

/**
 * The tool's rule leaves NaN and infinity as they are, and so do we where they can mean something: infinity in masks and
 * limits, a scalar NaN. In a weight they mean that the export went wrong, which is better said now than found in the logits.
 */
function refuseNotFinite({ name, elements, multiplied }: FloatSource, { nan, infinite }: NotFinite): void {
  if (!(nan && elements > 1) && !(infinite && multiplied)) return;
  throw new LabError(
    "MODEL_CORRUPT",
    `tensor "${name}" holds ${nan ? "NaN" : "infinite weights"}, which cannot be converted. Export the model again.`,
    { tensor: name },
  );
}

/** A piece of a float32 tensor (a format's scales) as the piece of a half. */
export function halfPiece({ tensor, offset, bytes }: TensorPiece, rule: ClampRule): TensorPiece {
  // A copy: the bytes need not lie at a multiple of four.
  const words = new Int32Array(bytes.slice().buffer);
  const halves = new Uint16Array(words.length);
  toHalves(words, halves, rule, { nan: false, infinite: false });
  return { tensor, offset: offset / 2, bytes: new Uint8Array(halves.buffer) };
}

/** Up to so many elements take less time than it takes to ask WebAssembly. */
const FEW_ELEMENTS = 16;

/** All halves of a tensor that is small enough for one slab, and their error. */
export function halfBytes(source: FloatSource, rule: ClampRule): { bytes: Uint8Array; error: PieceError } {
  const { elements, dataType, weight } = source;
  if (elements > FEW_ELEMENTS) {
    const [piece] = halfPieces(source, rule);
    return { bytes: piece!.bytes.slice(), error: piece!.report as PieceError };
  }
  const words = new Int32Array(elements);
  using reader = source.open();
  if (dataType === FLOAT) reader.read(new Uint8Array(words.buffer), 0);
  else {
    const stored = new Uint16Array(elements);
    reader.read(new Uint8Array(stored.buffer), 0);
    widenBfloats(stored, words);
  }
  const halves = new Uint16Array(elements);
  const seen = { nan: false, infinite: false };
  const sums = halvesByHand(words, halves, rule, seen);
  refuseNotFinite(source, seen);
  return { bytes: new Uint8Array(halves.buffer), error: { weight, bits: 16, part: 0, sums } };
}
