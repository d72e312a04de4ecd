import type { CacheEntry } from "#core/models/decoder-signature.ts";
import { emptyCacheDims } from "#core/models/decoder-signature.ts";
import { Tensor } from "../ort.ts";
import { zeroTensor } from "../tensors.ts";

/** A cache grows by this many tokens, so that it is copied once in as many steps. */
export const CACHE_GROWTH_TOKENS = 128;

type Numbers = Float32Array | Uint16Array;

/** A tensor seen along the axis that grows: `outer` stretches of tokens, `inner` numbers a token. */
interface Layout {
  readonly outer: number;
  readonly inner: number;
}

/** The cache of one batch in arrays with room for more tokens than they hold; slots after the last token are 0 or stale. */
export class CacheBuffers {
  readonly #entries: readonly CacheEntry[];
  readonly #batch: number;
  readonly #growth: number;
  readonly #layouts: readonly Layout[];
  #tensors: readonly Tensor[];
  #capacity = 0;

  /** @param growth capacity is a multiple of this many tokens; 1 keeps no room at all */
  constructor(entries: readonly CacheEntry[], batch: number, growth: number) {
    this.#entries = entries;
    this.#batch = batch;
    this.#growth = growth;
    this.#layouts = entries.map((entry) => layoutOf(emptyCacheDims(entry, batch), entry.sequenceAxis!));
    this.#tensors = this.#allocate(0);
  }

  /** Tokens that fit. */
  get capacity(): number {
    return this.#capacity;
  }

  /** In the order of the signature's cache entries; they change when the capacity does. */
  get tensors(): readonly Tensor[] {
    return this.#tensors;
  }

  /** Makes room for `tokens`, keeping the first `used` that are there. */
  makeRoom(tokens: number, used: number): void {
    if (tokens <= this.#capacity) return;
    const capacity = Math.ceil(tokens / this.#growth) * this.#growth;
    const before = this.#tensors;
    this.#tensors = this.#allocate(capacity);
    this.#tensors.forEach((tensor, index) => {
      const layout = this.#layouts[index]!;
      copyTokens(before[index]!.data as Numbers, this.#capacity, 0, tensor.data as Numbers, capacity, 0, used, layout);
    });
    this.#capacity = capacity;
  }

  /** Writes the keys and values of `count` new tokens, one tensor an entry, into the slots from `used` on. */
  append(news: readonly Tensor[], used: number, count: number): void {
    this.makeRoom(used + count, used);
    news.forEach((tensor, index) => {
      const target = this.#tensors[index]!.data as Numbers;
      copyTokens(tensor.data as Numbers, count, 0, target, this.#capacity, used, count, this.#layouts[index]!);
    });
  }

  #allocate(capacity: number): Tensor[] {
    return this.#entries.map((entry) => {
      const dims = emptyCacheDims(entry, this.#batch);
      dims[entry.sequenceAxis!] = capacity;
      return zeroTensor(entry.past.type, dims);
    });
  }
}

/** The first `tokens` of a cache tensor, as a copy. */
export function cutTokens(tensor: Tensor, axis: number, tokens: number): Tensor {
  const dims = [...tensor.dims];
  const had = dims[axis]!;
  dims[axis] = tokens;
  const source = tensor.data as Numbers;
  const layout = layoutOf(tensor.dims, axis);
  const target = new (source.constructor as new (length: number) => Numbers)(tokens * layout.outer * layout.inner);
  copyTokens(source, had, 0, target, tokens, 0, tokens, layout);
  return new Tensor(tensor.type, target as never, dims);
}

function layoutOf(dims: readonly number[], axis: number): Layout {
  const product = (part: readonly number[]): number => part.reduce((all, dim) => all * dim, 1);
  return { outer: product(dims.slice(0, axis)), inner: product(dims.slice(axis + 1)) };
}

/** Copies `count` tokens between arrays that hold `from` and `to` tokens a stretch. */
function copyTokens(
  source: Numbers,
  from: number,
  fromStart: number,
  target: Numbers,
  to: number,
  toStart: number,
  count: number,
  { outer, inner }: Layout,
): void {
  const length = count * inner;
  if (length === 0) return;
  for (let stretch = 0; stretch < outer; stretch++) {
    const start = (stretch * from + fromStart) * inner;
    const place = (stretch * to + toStart) * inner;
    // A view for every number costs more than the number: caches with the tokens on their last axis.
    if (length === 1) target[place] = source[start]!;
    else target.set(source.subarray(start, start + length), place);
  }
}
