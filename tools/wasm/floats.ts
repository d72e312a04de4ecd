/**
 * The loops of src/core/quantize for halves (float16-values.ts), 4-bit floats (bnb4.ts), 8-bit codes (dynamic8.ts) and the
 * turning of matrices (weight-rows.ts), four weights at a time. The TypeScript there is the reference; results are equal.
 */

import { addOne, addSums, CHUNK as ERRORS_CHUNK } from "./errors";

const INFINITE: i32 = 0x7f800000;
const LEAST_NORMAL: f32 = reinterpret<f32>(0x00800000);
const MAGNITUDE: i32 = 0x7fffffff;
/** 2^-14, the smallest half that is not subnormal. */
const LEAST_HALF: i32 = 0x38800000;
/** The difference between the bits of a normal half and of the same float32, before they are shifted. */
const HALF_BIAS: i32 = 0x38000000;

// ---- halves

/** Weights are summed four vectors at a time. */
const CHUNK: usize = 4 * ERRORS_CHUNK;

/**
 * Rounds `count` float32 to halves and sums the errors (errors.ts). `tiny` and `huge` are the bits of the magnitudes that
 * other finite ones become. NaN and infinity stay and do not count.
 * @returns bit 0: there is an infinity; bit 1: there is NaN
 */
export function halvesOf(from: usize, to: usize, count: i32, tiny: i32, huge: i32): i32 {
  const one: v128 = f32x4.splat(1);
  const most: v128 = i32x4.splat(INFINITE);
  let infinite: v128 = i32x4.splat(0);
  let nan: v128 = infinite;
  const end: usize = from + (<usize>(count & ~3) << 2);
  for (let start: usize = from; start < end; start += CHUNK) {
    let squares: v128 = f32x4.splat(0);
    let errors: v128 = squares;
    let largest: v128 = squares;
    let clipped: v128 = squares;
    const stop: usize = min<usize>(end, start + CHUNK);
    for (let at: usize = start; at < stop; at += 16, to += 8) {
      // Nearly all weights become normal halves, for which much less is to be done.
      while (at + 64 <= stop) {
        const a: v128 = magnitudes(at);
        const b: v128 = magnitudes(at + 16);
        const c: v128 = magnitudes(at + 32);
        const d: v128 = magnitudes(at + 48);
        const least: v128 = i32x4.min_s(i32x4.min_s(a, b), i32x4.min_s(c, d));
        const greatest: v128 = i32x4.max_s(i32x4.max_s(a, b), i32x4.max_s(c, d));
        const small: v128 = i32x4.lt_s(least, i32x4.splat(LEAST_HALF));
        if (v128.any_true(v128.or(small, i32x4.gt_s(greatest, i32x4.splat(huge))))) break;
        const na: v128 = roundedNormal(a);
        const nb: v128 = roundedNormal(b);
        const nc: v128 = roundedNormal(c);
        const nd: v128 = roundedNormal(d);
        v128.store(to, i16x8.narrow_i32x4_u(normalHalf(at, na), normalHalf(at + 16, nb)));
        v128.store(to, i16x8.narrow_i32x4_u(normalHalf(at + 32, nc), normalHalf(at + 48, nd)), 16);
        squares = f32x4.add(squares, squaresOf(a, b, c, d));
        const ea: v128 = f32x4.sub(a, na);
        const eb: v128 = f32x4.sub(b, nb);
        const ec: v128 = f32x4.sub(c, nc);
        const ed: v128 = f32x4.sub(d, nd);
        errors = f32x4.add(errors, squaresOf(ea, eb, ec, ed));
        const ab: v128 = f32x4.pmax(f32x4.abs(ea), f32x4.abs(eb));
        const cd: v128 = f32x4.pmax(f32x4.abs(ec), f32x4.abs(ed));
        largest = f32x4.pmax(largest, f32x4.pmax(ab, cd));
        at += 64;
        to += 32;
      }
      if (at >= stop) break;
      const w: v128 = v128.load(at);
      const m: v128 = v128.and(w, i32x4.splat(MAGNITUDE));
      infinite = v128.or(infinite, i32x4.eq(m, most));
      nan = v128.or(nan, i32x4.gt_s(m, most));
      const kept: v128 = clamped(m, tiny, huge);
      const normal: v128 = roundedNormal(kept);
      const beside: v128 = f32x4.add(kept, f32x4.splat(0.5));
      const halves: v128 = half(w, m, kept, normal, beside);
      v128.store64_lane(to, i16x8.narrow_i32x4_u(halves, halves), 0);
      const finite: v128 = i32x4.lt_s(m, most);
      const error: v128 = v128.and(finite, f32x4.sub(m, halfValue(kept, normal, beside)));
      const size: v128 = v128.and(finite, m);
      squares = f32x4.add(squares, f32x4.mul(size, size));
      errors = f32x4.add(errors, f32x4.mul(error, error));
      largest = f32x4.pmax(largest, f32x4.abs(error));
      clipped = i32x4.sub(clipped, v128.and(finite, i32x4.ne(m, kept)));
    }
    addSums(squares, errors, largest, clipped, one);
  }
  for (let at: usize = end; at < end + (<usize>(count & 3) << 2); at += 4, to += 2) {
    const w: v128 = v128.load32_zero(at);
    const m: v128 = v128.and(w, i32x4.splat(MAGNITUDE));
    infinite = v128.or(infinite, i32x4.eq(m, most));
    nan = v128.or(nan, i32x4.gt_s(m, most));
    const kept: v128 = clamped(m, tiny, huge);
    const normal: v128 = roundedNormal(kept);
    const beside: v128 = f32x4.add(kept, f32x4.splat(0.5));
    store<u16>(to, i32x4.extract_lane(half(w, m, kept, normal, beside), 0));
    if (i32x4.extract_lane(m, 0) >= INFINITE) continue;
    const value: f32 = f32x4.extract_lane(halfValue(kept, normal, beside), 0);
    addOne(f32x4.extract_lane(m, 0), value, i32x4.extract_lane(m, 0) != i32x4.extract_lane(kept, 0));
  }
  return (v128.any_true(infinite) ? 1 : 0) | (v128.any_true(nan) ? 2 : 0);
}

// @ts-ignore: decorator
@inline
function magnitudes(at: usize): v128 {
  return v128.and(v128.load(at), i32x4.splat(MAGNITUDE));
}

/** The bits of the halves of the weights at `at`, whose rounded magnitudes are normal halves. */
// @ts-ignore: decorator
@inline
function normalHalf(at: usize, normal: v128): v128 {
  const sign: v128 = v128.and(i32x4.shr_u(v128.load(at), 16), i32x4.splat(0x8000));
  return v128.or(sign, i32x4.shr_u(i32x4.sub(normal, i32x4.splat(HALF_BIAS)), 13));
}

/** Magnitudes moved into the range of halves; zero stays. */
// @ts-ignore: decorator
@inline
function clamped(m: v128, tiny: i32, huge: i32): v128 {
  const most: v128 = i32x4.min_s(i32x4.max_s(m, i32x4.splat(tiny)), i32x4.splat(huge));
  return v128.andnot(most, i32x4.eq(m, i32x4.splat(0)));
}

/** Normal halves as float32, ties to even. */
// @ts-ignore: decorator
@inline
function roundedNormal(kept: v128): v128 {
  const odd: v128 = v128.and(i32x4.shr_u(kept, 13), i32x4.splat(1));
  return v128.and(i32x4.add(i32x4.add(kept, i32x4.splat(0xfff)), odd), i32x4.splat(0xffffe000));
}

/**
 * The bits of the halves of `w`.
 * @param beside the magnitudes beside a half: there the last bit of a float32 is 2^-24, the unit of subnormal halves, and
 * the addition has rounded to even
 */
// @ts-ignore: decorator
@inline
function half(w: v128, m: v128, kept: v128, normal: v128, beside: v128): v128 {
  const rebased: v128 = i32x4.shr_u(i32x4.sub(normal, i32x4.splat(HALF_BIAS)), 13);
  const subnormal: v128 = i32x4.sub(beside, i32x4.splat(0x3f000000));
  const number: v128 = v128.bitselect(subnormal, rebased, i32x4.lt_s(kept, i32x4.splat(LEAST_HALF)));
  const payload: v128 = v128.or(v128.and(i32x4.shr_u(m, 13), i32x4.splat(0x3ff)), i32x4.splat(0x7e00));
  const special: v128 = v128.bitselect(payload, i32x4.splat(0x7c00), i32x4.gt_s(m, i32x4.splat(INFINITE)));
  const magnitude: v128 = v128.bitselect(special, number, i32x4.ge_s(m, i32x4.splat(INFINITE)));
  return v128.or(magnitude, v128.and(i32x4.shr_u(w, 16), i32x4.splat(0x8000)));
}

/** The magnitudes of finite halves as float32. */
// @ts-ignore: decorator
@inline
function halfValue(kept: v128, normal: v128, beside: v128): v128 {
  return v128.bitselect(
    f32x4.sub(beside, f32x4.splat(0.5)),
    normal,
    i32x4.lt_s(kept, i32x4.splat(LEAST_HALF)),
  );
}

// ---- 4-bit floats

/** Thresholds as float32: 15 of NF4, 7 of FP4. */
const THRESHOLDS: usize = memory.data(64, 16);

/** Values by code as float32, and the same by byte: the first bytes of all of them, the second bytes, and so on. */
const VALUES: usize = memory.data(64, 16);
const VALUE_BYTES: usize = memory.data(64, 16);

export function valuesAt(): usize {
  return VALUES;
}

/** Where the thresholds go; they are the caller's, so that they are written down once. */
export function thresholdsAt(): usize {
  return THRESHOLDS;
}

/**
 * Quantizes `blocks` whole blocks of a multiple of 16 weights.
 * @returns 0 where a weight is NaN or infinite
 */
export function bnb4Blocks(
  from: usize,
  blocks: i32,
  blockSize: i32,
  isNormal: bool,
  codes: usize,
  absmax: usize,
): i32 {
  const bytes: usize = <usize>blockSize << 2;
  if (isNormal) layOutSearch();
  for (let i: usize = 0; i < 64; i++) store<u8>(VALUE_BYTES + ((i & 3) << 4) + (i >> 2), load<u8>(VALUES + i));
  for (let block: i32 = 0; block < blocks; block++, from += bytes, absmax += 4) {
    let most: v128 = i32x4.splat(0);
    for (let at: usize = from; at < from + bytes; at += 16) {
      most = i32x4.max_s(most, v128.and(v128.load(at), i32x4.splat(MAGNITUDE)));
    }
    most = i32x4.max_s(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
    most = i32x4.max_s(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
    if (i32x4.extract_lane(most, 0) >= INFINITE) return 0;
    const scale: f32 = f32x4.extract_lane(most, 0);
    store<f32>(absmax, scale);
    const reciprocal: v128 = f32x4.splat(scale === 0 ? 0 : 1 / scale);
    const scales: v128 = f32x4.splat(scale);
    // The reciprocal of a subnormal may be infinite.
    const isSearched: bool = isNormal && scale >= LEAST_NORMAL;
    const firstCode: usize = codes;
    let squares: v128 = f32x4.splat(0);
    let errors: v128 = squares;
    let largest: v128 = squares;
    for (let at: usize = from; at < from + bytes; at += 64, codes += 8) {
      const a: v128 = f32x4.mul(v128.load(at), reciprocal);
      const b: v128 = f32x4.mul(v128.load(at, 16), reciprocal);
      const c: v128 = f32x4.mul(v128.load(at, 32), reciprocal);
      const d: v128 = f32x4.mul(v128.load(at, 48), reciprocal);
      const pairs: v128 = isSearched
        ? searchedCodes(a, b, c, d)
        : isNormal
          ? normalCodes(a, b, c, d)
          : floatCodes(a, b, c, d);
      // The first of two is the high half of a byte.
      const high: v128 = v128.and(i16x8.shl(pairs, 4), i16x8.splat(0xf0));
      const both: v128 = v128.or(high, i16x8.shr_u(pairs, 8));
      v128.store64_lane(codes, i8x16.narrow_i16x8_u(both, both), 0);

      const b0: v128 = i8x16.swizzle(v128.load(VALUE_BYTES), pairs);
      const b1: v128 = i8x16.swizzle(v128.load(VALUE_BYTES, 16), pairs);
      const b2: v128 = i8x16.swizzle(v128.load(VALUE_BYTES, 32), pairs);
      const b3: v128 = i8x16.swizzle(v128.load(VALUE_BYTES, 48), pairs);
      const low01: v128 = v128.shuffle<i8>(b0, b1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const low23: v128 = v128.shuffle<i8>(b2, b3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const high01: v128 = v128.shuffle<i8>(b0, b1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const high23: v128 = v128.shuffle<i8>(b2, b3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const ea: v128 = errorOf(at, v128.shuffle<i16>(low01, low23, 0, 8, 1, 9, 2, 10, 3, 11), scales);
      const eb: v128 = errorOf(at + 16, v128.shuffle<i16>(low01, low23, 4, 12, 5, 13, 6, 14, 7, 15), scales);
      const ec: v128 = errorOf(at + 32, v128.shuffle<i16>(high01, high23, 0, 8, 1, 9, 2, 10, 3, 11), scales);
      const ed: v128 = errorOf(at + 48, v128.shuffle<i16>(high01, high23, 4, 12, 5, 13, 6, 14, 7, 15), scales);
      squares = f32x4.add(squares, squaresOf(a, b, c, d));
      const ra: v128 = f32x4.mul(ea, reciprocal);
      const rb: v128 = f32x4.mul(eb, reciprocal);
      const rc: v128 = f32x4.mul(ec, reciprocal);
      const rd: v128 = f32x4.mul(ed, reciprocal);
      errors = f32x4.add(errors, squaresOf(ra, rb, rc, rd));
      const ab: v128 = f32x4.pmax(f32x4.abs(ea), f32x4.abs(eb));
      const cd: v128 = f32x4.pmax(f32x4.abs(ec), f32x4.abs(ed));
      largest = f32x4.pmax(largest, f32x4.pmax(ab, cd));
    }
    if (scale >= LEAST_NORMAL) addSums(squares, errors, largest, i32x4.splat(0), scales);
    else if (scale > 0) {
      for (let i: i32 = 0; i < blockSize; i++) {
        const pair: u32 = load<u8>(firstCode + (<usize>i >> 1));
        const code: u32 = i & 1 ? pair & 15 : pair >> 4;
        addOne(load<f32>(from + (<usize>i << 2)), load<f32>(VALUES + (<usize>code << 2)) * scale, false);
      }
    }
  }
  return 1;
}

// @ts-ignore: decorator
@inline
function errorOf(at: usize, value: v128, scale: v128): v128 {
  return f32x4.sub(v128.load(at), f32x4.mul(value, scale));
}

// @ts-ignore: decorator
@inline
function squaresOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab: v128 = f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
  return f32x4.add(ab, f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d)));
}

/** The range of 16 bits for values in [-1, 1]. */
const STEPS: f32 = 32767;
/** For each of four comparisons of a binary search the thresholds in whole steps, each at the byte of the code found so far. */
const SEARCH: usize = memory.data(64, 16);

function layOutSearch(): void {
  for (let i: i32 = 0; i < 15; i++) {
    const width: i32 = 1 << ctz(i + 1);
    const place: usize = SEARCH + (<usize>(3 - ctz(i + 1)) << 4) + <usize>(i + 1 - width);
    store<i16>(place, <i16>(load<f32>(THRESHOLDS + (<usize>i << 2)) * STEPS));
  }
}

/** Gives what normalCodes gives, for finite values. */
// @ts-ignore: decorator
@inline
function searchedCodes(a: v128, b: v128, c: v128, d: v128): v128 {
  const first: v128 = searched(inSteps(a, b));
  const second: v128 = searched(inSteps(c, d));
  // A value that shares its step with a threshold may lie on either side.
  if (v128.any_true(v128.and(v128.or(first, second), i16x8.splat(UNSURE)))) return normalCodes(a, b, c, d);
  return v128.shuffle<i8>(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

/** Rounding and cutting keep the order: of two different steps the larger is that of the larger value. */
// @ts-ignore: decorator
@inline
function inSteps(a: v128, b: v128): v128 {
  const steps: v128 = f32x4.splat(STEPS);
  return i16x8.narrow_i32x4_s(
    i32x4.relaxed_trunc_f32x4_s(f32x4.mul(a, steps)),
    i32x4.relaxed_trunc_f32x4_s(f32x4.mul(b, steps)),
  );
}

const UNSURE: i16 = <i16>0x8000;

/** Codes in the low bytes of the lanes, and UNSURE where a threshold has the same step. */
// @ts-ignore: decorator
@inline
function searched(steps: v128): v128 {
  // The places of the two bytes of the next threshold: the code and the code plus 1.
  let places: v128 = i16x8.splat(0x0100);
  let threshold: v128 = v128.load16_splat(SEARCH);
  let equal: v128 = i16x8.eq(steps, threshold);
  places = i16x8.add(places, v128.and(i16x8.gt_s(steps, threshold), i16x8.splat(0x0808)));
  threshold = i8x16.relaxed_swizzle(v128.load(SEARCH, 16), places);
  equal = v128.or(equal, i16x8.eq(steps, threshold));
  places = i16x8.add(places, v128.and(i16x8.gt_s(steps, threshold), i16x8.splat(0x0404)));
  threshold = i8x16.relaxed_swizzle(v128.load(SEARCH, 32), places);
  equal = v128.or(equal, i16x8.eq(steps, threshold));
  places = i16x8.add(places, v128.and(i16x8.gt_s(steps, threshold), i16x8.splat(0x0202)));
  threshold = i8x16.relaxed_swizzle(v128.load(SEARCH, 48), places);
  equal = v128.or(equal, i16x8.eq(steps, threshold));
  places = i16x8.add(places, v128.and(i16x8.gt_s(steps, threshold), i16x8.splat(0x0101)));
  return v128.or(places, v128.and(equal, i16x8.splat(UNSURE)));
}

/** Bytes of -1 for each comparison that holds. */
// @ts-ignore: decorator
@inline
function above(a: v128, b: v128, c: v128, d: v128, threshold: usize): v128 {
  const t: v128 = v128.load32_splat(threshold);
  const ab: v128 = i16x8.narrow_i32x4_s(f32x4.gt(a, t), f32x4.gt(b, t));
  return i8x16.narrow_i16x8_s(ab, i16x8.narrow_i32x4_s(f32x4.gt(c, t), f32x4.gt(d, t)));
}

function normalCodes(a: v128, b: v128, c: v128, d: v128): v128 {
  let ca: v128 = i32x4.splat(0);
  let cb: v128 = ca;
  let cc: v128 = ca;
  let cd: v128 = ca;
  for (let i: usize = 0; i < 60; i += 4) {
    const t: v128 = v128.load32_splat(THRESHOLDS + i);
    ca = i32x4.sub(ca, f32x4.gt(a, t));
    cb = i32x4.sub(cb, f32x4.gt(b, t));
    cc = i32x4.sub(cc, f32x4.gt(c, t));
    cd = i32x4.sub(cd, f32x4.gt(d, t));
  }
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(ca, cb), i16x8.narrow_i32x4_u(cc, cd));
}

// @ts-ignore: decorator
@inline
function floatCodes(a: v128, b: v128, c: v128, d: v128): v128 {
  const nought: v128 = f32x4.splat(0);
  const ab: v128 = i16x8.narrow_i32x4_s(f32x4.lt(a, nought), f32x4.lt(b, nought));
  const negative: v128 = i8x16.narrow_i16x8_s(ab, i16x8.narrow_i32x4_s(f32x4.lt(c, nought), f32x4.lt(d, nought)));
  const sizeA: v128 = f32x4.abs(a);
  const sizeB: v128 = f32x4.abs(b);
  const sizeC: v128 = f32x4.abs(c);
  const sizeD: v128 = f32x4.abs(d);
  let count: v128 = i8x16.splat(0);
  for (let i: usize = 0; i < 28; i += 4) {
    count = i8x16.sub(count, above(sizeA, sizeB, sizeC, sizeD, THRESHOLDS + i));
  }
  const magnitude: v128 = i8x16.swizzle(i8x16(0, 1, 6, 7, 4, 5, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0), count);
  return v128.or(magnitude, v128.and(negative, i8x16.splat(8)));
}

// ---- matrices

/** Copies [height, width] to [width, height] at `to`, whose rows are `stride` elements of 4 bytes apart. */
export function turn(from: usize, height: i32, width: i32, to: usize, stride: i32): void {
  const line: usize = <usize>width << 2;
  const turned: usize = <usize>stride << 2;
  const evenWidth: i32 = width & ~3;
  const evenHeight: i32 = height & ~3;
  for (let left: i32 = 0; left < evenWidth; left += 4) {
    const target: usize = to + <usize>left * turned;
    for (let top: i32 = 0; top < evenHeight; top += 4) {
      const at: usize = from + <usize>top * line + (<usize>left << 2);
      const a: v128 = v128.load(at);
      const b: v128 = v128.load(at + line);
      const c: v128 = v128.load(at + line * 2);
      const d: v128 = v128.load(at + line * 3);
      const ab: v128 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
      const cd: v128 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const abHigh: v128 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
      const cdHigh: v128 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      const place: usize = target + (<usize>top << 2);
      v128.store(place, v128.shuffle<i64>(ab, cd, 0, 2));
      v128.store(place + turned, v128.shuffle<i64>(ab, cd, 1, 3));
      v128.store(place + turned * 2, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
      v128.store(place + turned * 3, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
    }
  }
  for (let row: i32 = 0; row < height; row++) {
    for (let column: i32 = row < evenHeight ? evenWidth : 0; column < width; column++) {
      const word: u32 = load<u32>(from + <usize>row * line + (<usize>column << 2));
      store<u32>(to + <usize>column * turned + (<usize>row << 2), word);
    }
  }
}

// ---- 8-bit codes

/** Whether `count` float32 hold no NaN and no infinity. */
export function allFinite(from: usize, count: i32): i32 {
  let most: v128 = i32x4.splat(0);
  const end: usize = from + (<usize>(count & ~3) << 2);
  let at: usize = from;
  for (; at < end; at += 16) most = i32x4.max_s(most, v128.and(v128.load(at), i32x4.splat(MAGNITUDE)));
  for (let i: i32 = 0; i < (count & 3); i++, at += 4) {
    most = i32x4.max_s(most, v128.and(v128.load32_zero(at), i32x4.splat(MAGNITUDE)));
  }
  return v128.any_true(i32x4.ge_s(most, i32x4.splat(INFINITE))) ? 0 : 1;
}

/** Widens the range [low, high], two float32 at `range`, to hold `count` finite weights. */
export function widen(from: usize, count: i32, low: usize, high: usize): void {
  let least: v128 = v128.load32_splat(low);
  let most: v128 = v128.load32_splat(high);
  const end: usize = from + (<usize>(count & ~3) << 2);
  let at: usize = from;
  for (; at < end; at += 16) {
    const w: v128 = v128.load(at);
    least = f32x4.pmin(least, w);
    most = f32x4.pmax(most, w);
  }
  for (let i: i32 = 0; i < (count & 3); i++, at += 4) {
    const w: v128 = v128.load32_splat(at);
    least = f32x4.pmin(least, w);
    most = f32x4.pmax(most, w);
  }
  least = f32x4.pmin(least, v128.shuffle<i32>(least, least, 2, 3, 0, 1));
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  least = f32x4.pmin(least, v128.shuffle<i32>(least, least, 1, 0, 3, 2));
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  v128.store32_lane(low, least, 0);
  v128.store32_lane(high, most, 0);
}

/** Codes of `count` weights that share scale and zero point: nearest even, then clamped to 8 bits from `lowest` on. */
export function codesOf8(from: usize, count: i32, scale: f32, zeroPoint: f32, lowest: f32, to: usize): void {
  const divisor: v128 = f32x4.splat(scale);
  const zero: v128 = f32x4.splat(zeroPoint);
  const least: v128 = f32x4.splat(lowest);
  const most: v128 = f32x4.splat(lowest + 255);
  const end: usize = from + (<usize>(count & ~15) << 2);
  let at: usize = from;
  for (; at < end; at += 64, to += 16) {
    const a: v128 = code8(v128.load(at), divisor, zero, least, most);
    const b: v128 = code8(v128.load(at, 16), divisor, zero, least, most);
    const c: v128 = code8(v128.load(at, 32), divisor, zero, least, most);
    const d: v128 = code8(v128.load(at, 48), divisor, zero, least, most);
    v128.store(to, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), i16x8.narrow_i32x4_u(c, d)));
  }
  for (let i: i32 = 0; i < (count & 15); i++, at += 4, to++) {
    store<u8>(to, i32x4.extract_lane(code8(v128.load32_splat(at), divisor, zero, least, most), 0));
  }
}

// @ts-ignore: decorator
@inline
export function code8(w: v128, scale: v128, zero: v128, least: v128, most: v128): v128 {
  const code: v128 = f32x4.add(f32x4.nearest(f32x4.div(w, scale)), zero);
  const clamped: v128 = f32x4.pmin(most, f32x4.pmax(least, code));
  return v128.and(i32x4.relaxed_trunc_f32x4_s(clamped), i32x4.splat(0xff));
}
