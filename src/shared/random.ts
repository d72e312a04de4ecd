/**
 * Seeded random numbers for everything that must be repeatable: bootstrap resamples, samples of questions, orders.
 * Generator: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its state
 * filled from one 32-bit seed by splitmix32. Not for secrets. The streams are part of stored results: never change them.
 */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  readonly nextUint32: () => number;
  /** Fills `target` with the next integers in [0, 2^32): the same stream, and the fast way to many. */
  readonly fill: (target: Uint32Array) => void;
  /** Uniform float in [0, 1) with 53 random bits; takes two integers from the stream. */
  readonly nextFloat: () => number;
  /** Uniform integer in [0, n), without modulo bias. RangeError unless n is an integer from 1 to 2^32. */
  readonly nextInt: (n: number) => number;
}

const TWO_32 = 2 ** 32;

/** The stream of one seed. RangeError unless the seed is a safe integer; only its low 32 bits count. */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed must be an integer, got ${seed}.`);
  let state = seed | 0;
  const splitmix32 = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return randomFromState([splitmix32(), splitmix32(), splitmix32(), splitmix32()]);
}

/** The stream of a full 128-bit state, as the reference implementation has it. RangeError for the all-zero state. */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  const words = Int32Array.from(state);
  if (words.every((word) => word === 0)) throw new RangeError("The state of a random stream must not be all zero.");
  const fill = (target: Uint32Array): void => {
    let a = words[0]!;
    let b = words[1]!;
    let c = words[2]!;
    let d = words[3]!;
    for (let index = 0; index < target.length; index += 1) {
      const scaled = Math.imul(b, 5);
      target[index] = Math.imul((scaled << 7) | (scaled >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    words[0] = a;
    words[1] = b;
    words[2] = c;
    words[3] = d;
  };
  const one = new Uint32Array(1);
  const nextUint32 = (): number => {
    fill(one);
    return one[0]!;
  };
  const nextFloat = (): number => {
    const high = nextUint32() >>> 5;
    const low = nextUint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
  const nextInt = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > TWO_32) {
      throw new RangeError(`nextInt needs an integer from 1 to 2^32, got ${n}.`);
    }
    // The smallest mask of ones that covers n - 1; a draw above it is thrown away.
    const mask = 0xffffffff >>> Math.clz32((n - 1) | 1);
    let drawn = (nextUint32() & mask) >>> 0;
    while (drawn >= n) drawn = (nextUint32() & mask) >>> 0;
    return drawn;
  };
  return Object.freeze({ nextUint32, fill, nextFloat, nextInt });
}

/**
 * A stable seed in [0, 2^32) from any parts (run seed, question id, purpose), so that each question has its own stream
 * whatever the order or the batch size. Type and length of each part are hashed too: ("a", "bc"), ("ab", "c") and
 * (1), ("1") differ. FNV-1a over the UTF-16 bytes, then the finalizer of MurmurHash3. RangeError for NaN or infinity.
 */
export function hashSeed(...parts: (string | number)[]): number {
  let hash = 0x811c9dc5;
  const feed = (byte: number): void => {
    hash = Math.imul(hash ^ (byte & 0xff), 0x01000193);
  };
  for (const part of parts) {
    if (typeof part === "number" && !Number.isFinite(part)) throw new RangeError(`Cannot hash ${part} into a seed.`);
    const text = String(part);
    feed(typeof part === "number" ? 1 : 2);
    for (let shift = 0; shift < 32; shift += 8) feed(text.length >>> shift);
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      feed(unit);
      feed(unit >>> 8);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
