import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import { widenBfloats, widenHalves } from "./half.ts";
import { type FloatType, notFinite } from "./weight-matrix.ts";
import { borrowMemory, floatsOf, placeOf, type WasmLoops } from "./wasm-instance.ts";

/** Some consecutive elements of a tensor. The memory is used again for the next ones. */
export interface FloatSlab {
  readonly floats: Float32Array;
  readonly count: number;
  /** A byte for each element, and at least 8, for what is made of them. */
  readonly scratch: Uint8Array;
  /** As many as were asked for, with undefined content. */
  readonly columns: Float32Array;
  /** Work on all of these; null where there are none. */
  readonly loops: WasmLoops | null;
}

interface SlabOptions {
  /** The first element to read, 0 unless given; all to the end are read unless `count` says how many. */
  readonly first?: number;
  readonly count?: number;
  /** Length of `columns`. */
  readonly columnFloats?: number;
}

const INFINITY_BITS = 0x7f800000;

/** Reads a float tensor of any size in slabs, widened to float32. */
export class FloatReader implements Disposable {
  readonly #name: string;
  readonly #type: FloatType;
  readonly #reader: TensorReader;
  readonly #elements: number;
  readonly #allowNonFinite: boolean;

  /** @param options.allowNonFinite copy NaN and infinity instead of refusing them */
  constructor(
    source: { readonly name: string; readonly dataType: FloatType; readonly open: () => TensorReader },
    { allowNonFinite = false }: { readonly allowNonFinite?: boolean } = {},
  ) {
    this.#name = source.name;
    this.#type = source.dataType;
    this.#reader = source.open();
    this.#elements = this.#reader.byteLength / (source.dataType === FLOAT ? 4 : 2);
    this.#allowNonFinite = allowNonFinite;
  }

  /**
   * Elements from `first` on, in slabs of about `slabBytes` of float32 that are whole multiples of `width`.
   * @throws LabError MODEL_CORRUPT with the tensor's name where one is NaN or infinite
   */
  *slabs(width: number, slabBytes: number, options: SlabOptions = {}): Generator<FloatSlab> {
    const { first = 0, columnFloats = 0 } = options;
    const count = options.count ?? this.#elements - first;
    const capacity = Math.min(count, width * Math.max(1, Math.floor(slabBytes / (width * 4))));
    using memory = borrowMemory(capacity * 4, Math.max(8, capacity), columnFloats * 4);
    const [bytes, scratch, forColumns] = memory.parts as [Uint8Array, Uint8Array, Uint8Array];
    const columns = floatsOf(forColumns);
    const { loops } = memory;
    const floats = floatsOf(bytes);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, capacity);
    const halves = new Uint16Array(this.#type === FLOAT ? 0 : capacity);
    for (let done = 0; done < count; done += capacity) {
      const read = Math.min(capacity, count - done);
      const at = first + done;
      if (this.#type === FLOAT) this.#reader.read(bytes.subarray(0, read * 4), at * 4);
      else {
        this.#reader.read(new Uint8Array(halves.buffer, 0, read * 2), at * 2);
        const stored = halves.subarray(0, read);
        if (this.#type === FLOAT16) widenHalves(stored, floats);
        else widenBfloats(stored, words);
      }
      if (!this.#allowNonFinite && !(loops ? loops.allFinite(placeOf(words), read) : allFinite(words, read)))
        throw notFinite({ name: this.#name });
      yield { floats, count: read, scratch, columns, loops };
    }
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}

function allFinite(words: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if ((words[i]! & INFINITY_BITS) === INFINITY_BITS) return false;
  return true;
}
