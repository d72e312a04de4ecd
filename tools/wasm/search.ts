/**
 * The block kernels of src/core/quantize/blocks/rtn.ts and k-quant.ts, four weights at a time; the TypeScript there is the reference
 * and says why each step rounds as it does. Results are equal bit for bit.
 */

import { throughHalf } from "./blocks";
import { addErrors } from "./errors";

const IMPORTANCE: usize = memory.data(1024, 16);
const TRIAL: usize = memory.data(1024, 16);
const TRIALS: i32 = 20;
/** Eight running sums at most so many elements long; longer blocks are two of them. */
const PART: usize = 128 * 4;

let weightsAt: usize = 0;
let bytes: usize = 0;
let most: f32 = 15;
let scaleFound: f64 = 0;
let zeroFound: f64 = 0;

/**
 * Whole blocks of [rows, stride] finite float32: codes packed low bits first into [rows, rowBlocks, blob], scales as float64
 * [rows, rowBlocks], zero points one a byte [rows, rowBlocks].
 * @param algorithm 0 RTN, 1 k-quant
 * @param halfScales the scales will be stored as halves: errors are those of the stored ones
 */
export function searchBlocks(
  algorithm: i32,
  floats: usize,
  rows: i32,
  stride: i32,
  count: i32,
  rowBlocks: i32,
  bits: i32,
  blockSize: i32,
  symmetric: bool,
  codes: usize,
  scales: usize,
  zeros: usize,
  halfScales: bool,
): void {
  bytes = <usize>blockSize << 2;
  most = bits === 8 ? 255 : 15;
  const blob: usize = <usize>(blockSize * bits) >> 3;
  for (let row: i32 = 0; row < rows; row++) {
    weightsAt = floats + ((<usize>row * <usize>stride) << 2);
    let index: usize = <usize>row * <usize>rowBlocks;
    for (let block: i32 = 0; block < count; block++, weightsAt += bytes, index++) {
      if (algorithm === 0) roundToNearest(symmetric, bits);
      else search();
      store<f64>(scales + (index << 3), scaleFound);
      store<u8>(zeros + index, <u8>zeroFound);
      pack(bits, codes + index * blob);
      const scale: f32 = halfScales ? throughHalf(<f32>scaleFound) : <f32>scaleFound;
      const reciprocal: v128 = f32x4.splat(scale === 0 ? 0 : 1 / scale);
      const low: v128 = f32x4.splat(<f32>-zeroFound);
      const high: v128 = f32x4.splat(most - <f32>zeroFound);
      addErrors(weightsAt, weightsAt + bytes, 16, f32x4.splat(scale), reciprocal, low, high);
    }
  }
}

/** Codes of the block by the scale and zero point that were found: a division in float64. */
// @ts-ignore: decorator
@inline
function pack(bits: i32, to: usize): void {
  const scale: v128 = f64x2.splat(scaleFound);
  const zero: v128 = f64x2.splat(zeroFound);
  const end: usize = weightsAt + bytes;
  for (let at: usize = weightsAt; at < end; at += 64) {
    const ab: v128 = i16x8.narrow_i32x4_u(exact(at, scale, zero), exact(at + 16, scale, zero));
    const cd: v128 = i16x8.narrow_i32x4_u(exact(at + 32, scale, zero), exact(at + 48, scale, zero));
    const all: v128 = i8x16.narrow_i16x8_u(ab, cd);
    if (bits === 8) {
      v128.store(to, all);
      to += 16;
    } else {
      const pairs: v128 = v128.or(
        v128.and(all, i16x8.splat(0x0f)),
        v128.and(i16x8.shr_u(all, 4), i16x8.splat(0xf0)),
      );
      v128.store64_lane(to, i8x16.narrow_i16x8_u(pairs, pairs), 0);
      to += 8;
    }
  }
}

// @ts-ignore: decorator
@inline
function exact(at: usize, scale: v128, zero: v128): v128 {
  const low: v128 = f64x2.promote_low_f32x4(v128.load64_zero(at));
  const high: v128 = f64x2.promote_low_f32x4(v128.load64_zero(at, 8));
  return v128.shuffle<i64>(nearestCode(low, scale, zero), nearestCode(high, scale, zero), 0, 2);
}

// @ts-ignore: decorator
@inline
function nearestCode(w: v128, scale: v128, zero: v128): v128 {
  const code: v128 = f64x2.add(f64x2.div(w, scale), zero);
  const clamped: v128 = f64x2.pmin(f64x2.splat(<f64>most), f64x2.pmax(f64x2.splat(0), code));
  return i32x4.relaxed_trunc_f64x2_s_zero(f64x2.nearest(clamped));
}

let lowest: f32 = 0;
let highest: f32 = 0;

function findRange(): void {
  let low: v128 = v128.load32_splat(weightsAt);
  let high: v128 = low;
  for (let at: usize = weightsAt; at < weightsAt + bytes; at += 16) {
    const w: v128 = v128.load(at);
    low = f32x4.pmin(low, w);
    high = f32x4.pmax(high, w);
  }
  low = f32x4.pmin(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  high = f32x4.pmax(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  low = f32x4.pmin(low, v128.shuffle<i32>(low, low, 1, 0, 3, 2));
  high = f32x4.pmax(high, v128.shuffle<i32>(high, high, 1, 0, 3, 2));
  lowest = f32x4.extract_lane(low, 0);
  highest = f32x4.extract_lane(high, 0);
}

function clampRound(value: f64): f64 {
  if (value > 0) return value < <f64>most ? nearest(value) : <f64>most;
  return 0;
}

function roundToNearest(symmetric: bool, bits: i32): void {
  findRange();
  scaleFound = 1;
  zeroFound = bits === 8 ? 128 : 8;
  if (symmetric) {
    const largest: f64 = <f64>max<f32>(abs<f32>(lowest), abs<f32>(highest));
    if (largest > 0) scaleFound = (largest * 2) / <f64>most;
    return;
  }
  if (lowest != highest) {
    const range: f64 = <f64>highest - <f64>lowest;
    const single: f32 = <f32>range;
    scaleFound = (isFinite(single) ? <f64>single : range) / <f64>most;
  }
  zeroFound = clampRound((0 - <f64>lowest) / scaleFound);
}

function search(): void {
  findRange();
  const count: f32 = <f32>(bytes >> 2);
  const mean: v128 = f32x4.splat(sqrt<f32>(sumSquares() / count));
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(IMPORTANCE + i, f32x4.add(mean, f32x4.abs(v128.load(weightsAt + i))));
  }
  const sumW: f32 = sumImportance();
  const sumX: f32 = sumWeights();

  let inverse: f32 = lowest == highest ? 1 : most / (highest - lowest);
  let scale: f32 = 1 / inverse;
  tryCodes(inverse);
  let best: f32 = errorOf(scale, lowest);
  for (let step: i32 = 0; step < TRIALS; step++) {
    const factor: f32 = <f32>(-1.0 + 0.1 * <f64>step + <f64>most);
    inverse = lowest == highest ? 1 : factor / (highest - lowest);
    tryCodes(inverse);
    sumTrial();
    const determinant: f32 = sumW * sumQQ - sumQ * sumQ;
    const newScale: f32 = (sumW * sumQX - sumX * sumQ) / determinant;
    const newLowest: f32 = (sumQQ * sumX - sumQ * sumQX) / determinant;
    const newError: f32 = errorOf(newScale, newLowest);
    // False for NaN, of a block of zeros and of one whose codes are all the same.
    if (newError < best) {
      best = newError;
      scale = newScale;
      lowest = newLowest;
    }
  }
  if (scale == Infinity) scale = <f32>(<f64>highest / <f64>most - <f64>lowest / <f64>most);
  scaleFound = <f64>scale;
  zeroFound = clampRound(<f64>(-lowest / scale));
}

function tryCodes(inverse: f32): void {
  const factor: v128 = f32x4.splat(inverse);
  const low: v128 = f32x4.splat(lowest);
  const high: v128 = f32x4.splat(most);
  for (let i: usize = 0; i < bytes; i += 16) {
    const code: v128 = f32x4.mul(factor, f32x4.sub(v128.load(weightsAt + i), low));
    const clamped: v128 = f32x4.pmin(high, f32x4.pmax(f32x4.splat(0), code));
    v128.store(TRIAL + i, f32x4.nearest(clamped));
  }
}

/** NumPy's end of eight running sums. */
// @ts-ignore: decorator
@inline
function total(first: v128, second: v128): f32 {
  const left: f32 =
    f32x4.extract_lane(first, 0) +
    f32x4.extract_lane(first, 1) +
    (f32x4.extract_lane(first, 2) + f32x4.extract_lane(first, 3));
  const right: f32 =
    f32x4.extract_lane(second, 0) +
    f32x4.extract_lane(second, 1) +
    (f32x4.extract_lane(second, 2) + f32x4.extract_lane(second, 3));
  return left + right;
}

// @ts-ignore: decorator
@inline
function square(i: usize): v128 {
  const w: v128 = v128.load(weightsAt + i);
  return f32x4.mul(w, w);
}

function sumSquares(): f32 {
  let sum: f32 = 0;
  for (let part: usize = 0; part < bytes; part += PART) {
    const end: usize = min<usize>(bytes, part + PART);
    let a: v128 = square(part);
    let b: v128 = square(part + 16);
    for (let i: usize = part + 32; i < end; i += 32) {
      a = f32x4.add(a, square(i));
      b = f32x4.add(b, square(i + 16));
    }
    sum = part === 0 ? total(a, b) : sum + total(a, b);
  }
  return sum;
}

function sumImportance(): f32 {
  let sum: f32 = 0;
  for (let part: usize = 0; part < bytes; part += PART) {
    const end: usize = min<usize>(bytes, part + PART);
    let a: v128 = v128.load(IMPORTANCE + part);
    let b: v128 = v128.load(IMPORTANCE + part, 16);
    for (let i: usize = part + 32; i < end; i += 32) {
      a = f32x4.add(a, v128.load(IMPORTANCE + i));
      b = f32x4.add(b, v128.load(IMPORTANCE + i, 16));
    }
    sum = part === 0 ? total(a, b) : sum + total(a, b);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function important(i: usize): v128 {
  return f32x4.mul(v128.load(IMPORTANCE + i), v128.load(weightsAt + i));
}

function sumWeights(): f32 {
  let sum: f32 = 0;
  for (let part: usize = 0; part < bytes; part += PART) {
    const end: usize = min<usize>(bytes, part + PART);
    let a: v128 = important(part);
    let b: v128 = important(part + 16);
    for (let i: usize = part + 32; i < end; i += 32) {
      a = f32x4.add(a, important(i));
      b = f32x4.add(b, important(i + 16));
    }
    sum = part === 0 ? total(a, b) : sum + total(a, b);
  }
  return sum;
}

let sumQ: f32 = 0;
let sumQQ: f32 = 0;
let sumQX: f32 = 0;

function sumTrial(): void {
  for (let part: usize = 0; part < bytes; part += PART) {
    const end: usize = min<usize>(bytes, part + PART);
    let q0: v128 = v128.load(TRIAL + part);
    let q1: v128 = v128.load(TRIAL + part, 16);
    let w0: v128 = f32x4.mul(v128.load(IMPORTANCE + part), q0);
    let w1: v128 = f32x4.mul(v128.load(IMPORTANCE + part, 16), q1);
    let q0Sum: v128 = w0;
    let q1Sum: v128 = w1;
    let qq0: v128 = f32x4.mul(w0, q0);
    let qq1: v128 = f32x4.mul(w1, q1);
    let qx0: v128 = f32x4.mul(w0, v128.load(weightsAt + part));
    let qx1: v128 = f32x4.mul(w1, v128.load(weightsAt + part, 16));
    for (let i: usize = part + 32; i < end; i += 32) {
      q0 = v128.load(TRIAL + i);
      q1 = v128.load(TRIAL + i, 16);
      w0 = f32x4.mul(v128.load(IMPORTANCE + i), q0);
      w1 = f32x4.mul(v128.load(IMPORTANCE + i, 16), q1);
      q0Sum = f32x4.add(q0Sum, w0);
      q1Sum = f32x4.add(q1Sum, w1);
      qq0 = f32x4.add(qq0, f32x4.mul(w0, q0));
      qq1 = f32x4.add(qq1, f32x4.mul(w1, q1));
      qx0 = f32x4.add(qx0, f32x4.mul(w0, v128.load(weightsAt + i)));
      qx1 = f32x4.add(qx1, f32x4.mul(w1, v128.load(weightsAt + i, 16)));
    }
    sumQ = part === 0 ? total(q0Sum, q1Sum) : sumQ + total(q0Sum, q1Sum);
    sumQQ = part === 0 ? total(qq0, qq1) : sumQQ + total(qq0, qq1);
    sumQX = part === 0 ? total(qx0, qx1) : sumQX + total(qx0, qx1);
  }
}

// @ts-ignore: decorator
@inline
function errorAt(i: usize, scale: v128, low: v128): v128 {
  const value: v128 = f32x4.add(f32x4.mul(scale, v128.load(TRIAL + i)), low);
  const difference: v128 = f32x4.sub(value, v128.load(weightsAt + i));
  return f32x4.mul(v128.load(IMPORTANCE + i), f32x4.mul(difference, difference));
}

/** Weighted squared error of the codes in TRIAL. */
function errorOf(withScale: f32, withLowest: f32): f32 {
  const scale: v128 = f32x4.splat(withScale);
  const low: v128 = f32x4.splat(withLowest);
  let sum: f32 = 0;
  for (let part: usize = 0; part < bytes; part += PART) {
    const end: usize = min<usize>(bytes, part + PART);
    let a: v128 = errorAt(part, scale, low);
    let b: v128 = errorAt(part + 16, scale, low);
    for (let i: usize = part + 32; i < end; i += 32) {
      a = f32x4.add(a, errorAt(i, scale, low));
      b = f32x4.add(b, errorAt(i + 16, scale, low));
    }
    sum = part === 0 ? total(a, b) : sum + total(a, b);
  }
  return sum;
}
