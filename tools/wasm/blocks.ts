/**
 * The loops of src/core/quantize/blocks/matmulnbits.ts for whole blocks, four weights at a time. AssemblyScript: `npm run build:wasm`
 * makes src/core/quantize/weights/wasm-binary.ts of it. That file's TypeScript is the reference; results are equal bit for bit.
 */

import { addErrors } from "./errors";

/** The largest float32 below a half: adding it and cutting rounds halves up and nothing else, where adding 0.5 would not. */
const ALMOST_HALF: f32 = reinterpret<f32>(0x3effffff);
/** Codes of 16 columns, one row of 16 bytes for each byte of a blob (at most 256). */
const SCRATCH: usize = memory.data(4096, 16);
/** 16 columns: reciprocals, zero points, scales. */
const RECIPROCALS: usize = memory.data(64, 16);
const ZEROS: usize = memory.data(64, 16);
const SCALES: usize = memory.data(64, 16);
/** 16 columns of at most 256 rows, with padding where there are fewer columns. */
const NARROW: usize = memory.data(16384, 16);

/** Where the results of row `row` (output feature) go, and how they are made. Set once for a slab by `configure`. */
let bits: i32 = 4;
let blockSize: i32 = 32;
let symmetric: bool = true;
let halfScales: bool = false;
let blocks: i32 = 0;
let blobBytes: i32 = 0;
let zeroPointRowBytes: i32 = 0;
let codesAt: usize = 0;
let scalesAt: usize = 0;
let zeroPointsAt: usize = 0;

export function configure(
  bitCount: i32,
  size: i32,
  isSymmetric: bool,
  hasHalfScales: bool,
  blockCount: i32,
  zeroPointBytes: i32,
  codes: usize,
  scales: usize,
  zeroPoints: usize,
): void {
  bits = bitCount;
  blockSize = size;
  symmetric = isSymmetric;
  halfScales = hasHalfScales;
  blocks = blockCount;
  blobBytes = (size * bitCount) >> 3;
  zeroPointRowBytes = zeroPointBytes;
  codesAt = codes;
  scalesAt = scales;
  zeroPointsAt = zeroPoints;
}

/**
 * Weights whose rows are output features: [rows, stride] floats, `count` whole blocks of each from block `firstBlock` on.
 * @returns 0 where a weight is NaN or infinite
 */
export function quantizeRows(
  floats: usize,
  rows: i32,
  stride: i32,
  count: i32,
  firstBlock: i32,
  firstRow: i32,
): i32 {
  for (let row: i32 = 0; row < rows; row++) {
    let from: usize = floats + (<usize>row * <usize>stride) * 4;
    for (let block: i32 = firstBlock; block < firstBlock + count; block++) {
      if (!quantizeBlock(from, firstRow + row, block)) return 0;
      from += <usize>blockSize * 4;
    }
  }
  return 1;
}

/**
 * Weights whose columns are output features: [count * blockSize, stride] floats of which the first `columns` of each row
 * count. Column 0 is row `firstRow` of the result.
 * @returns 0 where a weight is NaN or infinite
 */
export function quantizeColumns(
  floats: usize,
  columns: i32,
  stride: i32,
  count: i32,
  firstBlock: i32,
  firstRow: i32,
): i32 {
  const strideBytes: usize = <usize>stride * 4;
  for (let block: i32 = 0; block < count; block++) {
    const top: usize = floats + <usize>block * <usize>blockSize * strideBytes;
    let left: i32 = 0;
    for (; left + 16 <= columns; left += 16) {
      // Gathered once: rows of some widths fall on the same lines of the first-level cache.
      let to: usize = NARROW;
      let from: usize = top + <usize>left * 4;
      for (const last: usize = NARROW + <usize>blockSize * 64; to < last; to += 64, from += strideBytes) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        v128.store(to, v128.load(from, 32), 32);
        v128.store(to, v128.load(from, 48), 48);
      }
      if (!quantizeSixteen(NARROW, 64, 16, firstBlock + block, firstRow + left)) return 0;
    }
    if (left < columns) {
      const width: i32 = columns - left;
      memory.fill(NARROW, 0, <usize>blockSize * 64);
      for (let row: i32 = 0; row < blockSize; row++) {
        const from: usize = top + <usize>left * 4 + <usize>row * strideBytes;
        memory.copy(NARROW + <usize>row * 64, from, <usize>width * 4);
      }
      if (!quantizeSixteen(NARROW, 64, width, firstBlock + block, firstRow + left)) return 0;
    }
  }
  return 1;
}

function quantizeBlock(from: usize, row: i32, block: i32): bool {
  const end: usize = from + <usize>blockSize * 4;
  let low: v128 = f32x4.splat(0);
  let high: v128 = f32x4.splat(0);
  let largest: v128 = i32x4.splat(0);
  const magnitude: v128 = i32x4.splat(0x7fffffff);
  for (let at: usize = from; at < end; at += 16) {
    const w: v128 = v128.load(at);
    low = f32x4.pmin(low, w);
    high = f32x4.pmax(high, w);
    largest = i32x4.max_s(largest, v128.and(w, magnitude));
  }
  if (v128.any_true(i32x4.gt_s(largest, i32x4.splat(0x7f7fffff)))) return false;
  low = f32x4.pmin(low, v128.shuffle<f32>(low, low, 2, 3, 0, 1));
  low = f32x4.pmin(low, v128.shuffle<f32>(low, low, 1, 0, 3, 2));
  high = f32x4.pmax(high, v128.shuffle<f32>(high, high, 2, 3, 0, 1));
  high = f32x4.pmax(high, v128.shuffle<f32>(high, high, 1, 0, 3, 2));
  findScales(low, high, v128.load32_splat(from), 0);
  storeScale(row, block, 0);

  const reciprocal: v128 = v128.load32_splat(RECIPROCALS);
  const zero: v128 = v128.load32_splat(ZEROS);
  let to: usize = codesAt + (<usize>row * <usize>blocks + <usize>block) * <usize>blobBytes;
  for (let at: usize = from; at < end; at += 64) {
    const bytes: v128 = narrow(
      codesOf(v128.load(at), reciprocal, zero),
      codesOf(v128.load(at, 16), reciprocal, zero),
      codesOf(v128.load(at, 32), reciprocal, zero),
      codesOf(v128.load(at, 48), reciprocal, zero),
    );
    if (bits === 8) {
      v128.store(to, bytes);
      to += 16;
    } else {
      const pairs: v128 = v128.or(
        v128.and(bytes, i16x8.splat(0x0f)),
        v128.and(i16x8.shr_u(bytes, 4), i16x8.splat(0xf0)),
      );
      v128.store64_lane(to, i8x16.narrow_i16x8_u(pairs, pairs), 0);
      to += 8;
    }
  }
  errorsOf(from, end, 16, v128.load32_splat(SCALES), reciprocal, zero);
  return true;
}

// @ts-ignore: decorator
@inline
function errorsOf(from: usize, end: usize, step: usize, scale: v128, reciprocal: v128, zero: v128): void {
  const most: v128 = bits === 8 ? f32x4.splat(255) : f32x4.splat(15);
  addErrors(from, end, step, scale, reciprocal, f32x4.neg(zero), f32x4.sub(most, zero));
}

/** One block of 16 neighbouring columns, of which `width` are stored. */
function quantizeSixteen(top: usize, strideBytes: usize, width: i32, block: i32, row: i32): bool {
  const end: usize = top + <usize>blockSize * strideBytes;
  const magnitude: v128 = i32x4.splat(0x7fffffff);
  let largest: v128 = i32x4.splat(0);
  for (let part: usize = 0; part < 64; part += 32) {
    let low0: v128 = f32x4.splat(0);
    let low1: v128 = low0;
    let high0: v128 = low0;
    let high1: v128 = low0;
    for (let at: usize = top + part; at < end; at += strideBytes) {
      const w0: v128 = v128.load(at);
      const w1: v128 = v128.load(at, 16);
      low0 = f32x4.pmin(low0, w0);
      low1 = f32x4.pmin(low1, w1);
      high0 = f32x4.pmax(high0, w0);
      high1 = f32x4.pmax(high1, w1);
      largest = i32x4.max_s(largest, i32x4.max_s(v128.and(w0, magnitude), v128.and(w1, magnitude)));
    }
    findScales(low0, high0, v128.load(top + part), part);
    findScales(low1, high1, v128.load(top + part, 16), part + 16);
  }
  if (v128.any_true(i32x4.gt_s(largest, i32x4.splat(0x7f7fffff)))) return false;
  for (let column: i32 = 0; column < width; column++) storeScale(row + column, block, column);

  const r0: v128 = v128.load(RECIPROCALS);
  const r1: v128 = v128.load(RECIPROCALS, 16);
  const r2: v128 = v128.load(RECIPROCALS, 32);
  const r3: v128 = v128.load(RECIPROCALS, 48);
  const z0: v128 = v128.load(ZEROS);
  const z1: v128 = v128.load(ZEROS, 16);
  const z2: v128 = v128.load(ZEROS, 32);
  const z3: v128 = v128.load(ZEROS, 48);
  let line: usize = SCRATCH;
  if (bits === 8) {
    for (let at: usize = top; at < end; at += strideBytes) {
      const c0: v128 = codesOf(v128.load(at), r0, z0);
      const c1: v128 = codesOf(v128.load(at, 16), r1, z1);
      const c2: v128 = codesOf(v128.load(at, 32), r2, z2);
      const c3: v128 = codesOf(v128.load(at, 48), r3, z3);
      v128.store(line, narrow(c0, c1, c2, c3));
      line += 16;
    }
  } else {
    for (let at: usize = top; at < end; at += strideBytes * 2) {
      const c0: v128 = pairOf(at, at + strideBytes, r0, z0);
      const c1: v128 = pairOf(at + 16, at + 16 + strideBytes, r1, z1);
      const c2: v128 = pairOf(at + 32, at + 32 + strideBytes, r2, z2);
      const c3: v128 = pairOf(at + 48, at + 48 + strideBytes, r3, z3);
      v128.store(line, narrow(c0, c1, c2, c3));
      line += 16;
    }
  }

  const rowBytes: usize = <usize>blocks * <usize>blobBytes;
  const to: usize = codesAt + <usize>row * rowBytes + <usize>block * <usize>blobBytes;
  for (let byte: i32 = 0; byte < blobBytes; byte += 8) {
    turnEight(SCRATCH + <usize>byte * 16, to + <usize>byte, rowBytes, width);
  }
  // While the block is in the first-level cache.
  errorsOf(top, end, strideBytes, v128.load(SCALES), r0, z0);
  errorsOf(top + 16, end, strideBytes, v128.load(SCALES, 16), r1, z1);
  errorsOf(top + 32, end, strideBytes, v128.load(SCALES, 32), r2, z2);
  errorsOf(top + 48, end, strideBytes, v128.load(SCALES, 48), r3, z3);
  return true;
}

// @ts-ignore: decorator
@inline
function codesOf(w: v128, reciprocal: v128, zero: v128): v128 {
  const exact: v128 = f32x4.add(f32x4.mul(w, reciprocal), zero);
  // pmax(0, NaN) is 0: zero times an infinite reciprocal becomes code 0, as in C.
  const most: v128 = bits === 8 ? f32x4.splat(255) : f32x4.splat(15);
  const clamped: v128 = f32x4.pmin(most, f32x4.pmax(f32x4.splat(0), exact));
  // Between 0 and 255.5, where every machine truncates alike.
  return i32x4.relaxed_trunc_f32x4_s(f32x4.add(clamped, f32x4.splat(ALMOST_HALF)));
}

// @ts-ignore: decorator
@inline
function pairOf(first: usize, second: usize, reciprocal: v128, zero: v128): v128 {
  const lower: v128 = codesOf(v128.load(first), reciprocal, zero);
  return v128.or(lower, i32x4.shl(codesOf(v128.load(second), reciprocal, zero), 4));
}

// @ts-ignore: decorator
@inline
function narrow(c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(c0, c1), i16x8.narrow_i32x4_u(c2, c3));
}

/** Scale, reciprocal and zero point of four blocks, into the lists at byte `at`. `low` <= 0 <= `high`. */
function findScales(low: v128, high: v128, first: v128, at: usize): void {
  const nought: v128 = f32x4.splat(0);
  const max: v128 = f32x4.splat(bits === 8 ? 255 : 15);
  const middle: v128 = f32x4.splat(bits === 8 ? 128 : 8);
  let scale: v128;
  let zero: v128 = middle;
  if (symmetric) {
    let extreme: v128 = v128.bitselect(high, low, f32x4.gt(high, f32x4.neg(low)));
    // A block of zeros keeps the sign of its first one.
    extreme = v128.bitselect(first, extreme, f32x4.eq(extreme, nought));
    scale = f32x4.div(f32x4.neg(extreme), middle);
  } else {
    scale = f32x4.div(f32x4.sub(high, low), max);
    const exact: v128 = f32x4.sub(nought, f32x4.div(low, scale));
    const clamped: v128 = f32x4.pmin(max, f32x4.pmax(nought, exact));
    zero = f32x4.trunc(f32x4.add(clamped, f32x4.splat(ALMOST_HALF)));
    zero = v128.andnot(zero, f32x4.eq(scale, nought));
  }
  if (halfScales) {
    scale = f32x4.replace_lane(scale, 0, throughHalf(f32x4.extract_lane(scale, 0)));
    scale = f32x4.replace_lane(scale, 1, throughHalf(f32x4.extract_lane(scale, 1)));
    scale = f32x4.replace_lane(scale, 2, throughHalf(f32x4.extract_lane(scale, 2)));
    scale = f32x4.replace_lane(scale, 3, throughHalf(f32x4.extract_lane(scale, 3)));
  }
  v128.store(SCALES + at, scale);
  v128.store(ZEROS + at, zero);
  const reciprocal: v128 = f32x4.div(f32x4.splat(1), scale);
  v128.store(RECIPROCALS + at, v128.andnot(reciprocal, f32x4.eq(scale, nought)));
}

function storeScale(row: i32, block: i32, lane: i32): void {
  const index: usize = <usize>row * <usize>blocks + <usize>block;
  store<f32>(scalesAt + index * 4, load<f32>(SCALES + (<usize>lane << 2)));
  if (symmetric) return;
  const zero: i32 = <i32>load<f32>(ZEROS + (<usize>lane << 2));
  const line: usize = zeroPointsAt + <usize>row * <usize>zeroPointRowBytes;
  if (bits === 8) store<u8>(line + <usize>block, zero);
  else {
    const at: usize = line + (<usize>block >> 1);
    // The place of a missing second block holds the middle.
    if (block & 1) store<u8>(at, (load<u8>(at) & 15) | (zero << 4));
    else store<u8>(at, 0x80 | zero);
  }
}

/** Turns 8 rows of 16 bytes at `from` into 16 columns of 8, `strideBytes` apart, of which `width` are stored. */
function turnEight(from: usize, to: usize, strideBytes: usize, width: i32): void {
  const a: v128 = v128.load(from);
  const b: v128 = v128.load(from, 16);
  const c: v128 = v128.load(from, 32);
  const d: v128 = v128.load(from, 48);
  const e: v128 = v128.load(from, 64);
  const f: v128 = v128.load(from, 80);
  const g: v128 = v128.load(from, 96);
  const h: v128 = v128.load(from, 112);
  turnHalf(lowBytes(a, b), lowBytes(c, d), lowBytes(e, f), lowBytes(g, h), to, strideBytes, width);
  if (width > 8) {
    const next: usize = to + strideBytes * 8;
    turnHalf(highBytes(a, b), highBytes(c, d), highBytes(e, f), highBytes(g, h), next, strideBytes, width - 8);
  }
}

/** Each input holds, for 8 columns, the bytes of two rows; pairs of rows become fours, then eights. */
// @ts-ignore: decorator
@inline
function turnHalf(ab: v128, cd: v128, ef: v128, gh: v128, to: usize, strideBytes: usize, width: i32): void {
  const abcd: v128 = v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11);
  const efgh: v128 = v128.shuffle<i16>(ef, gh, 0, 8, 1, 9, 2, 10, 3, 11);
  const abcdHigh: v128 = v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15);
  const efghHigh: v128 = v128.shuffle<i16>(ef, gh, 4, 12, 5, 13, 6, 14, 7, 15);
  storeTwo(v128.shuffle<i32>(abcd, efgh, 0, 4, 1, 5), to, strideBytes, width);
  storeTwo(v128.shuffle<i32>(abcd, efgh, 2, 6, 3, 7), to + strideBytes * 2, strideBytes, width - 2);
  storeTwo(v128.shuffle<i32>(abcdHigh, efghHigh, 0, 4, 1, 5), to + strideBytes * 4, strideBytes, width - 4);
  storeTwo(v128.shuffle<i32>(abcdHigh, efghHigh, 2, 6, 3, 7), to + strideBytes * 6, strideBytes, width - 6);
}

// @ts-ignore: decorator
@inline
function storeTwo(eights: v128, to: usize, strideBytes: usize, left: i32): void {
  if (left > 0) v128.store64_lane(to, eights, 0);
  if (left > 1) v128.store64_lane(to + strideBytes, eights, 1);
}

// @ts-ignore: decorator
@inline
function lowBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function highBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** To the nearest IEEE half, ties to even, and back; see half.ts. */
export function throughHalf(value: f32): f32 {
  const word: u32 = reinterpret<u32>(value);
  const sign: u32 = word & 0x80000000;
  const size: u32 = word & 0x7fffffff;
  if (size >= 0x477ff000) return reinterpret<f32>(sign | 0x7f800000);
  if (size >= 0x38800000) return reinterpret<f32>(sign | ((size + 0xfff + ((size >> 13) & 1)) & 0xffffe000));
  // Subnormal: units of 2^-24; the processor's own rounding is to even.
  const units: f32 = nearest(reinterpret<f32>(size) * 16777216);
  return reinterpret<f32>(sign | reinterpret<u32>(units * reinterpret<f32>(0x33800000)));
}
