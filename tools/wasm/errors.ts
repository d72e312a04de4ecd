/**
 * Sums as src/core/quantize/weights/weight-error.ts does over weights and their codes, four weights at a time. Squares are summed as
 * float32 in units of the scale, block by block, and then as float64: results agree with the plain loops but for rounding.
 */

/** float64: sum of squares, sum of squared errors, clipped weights, largest error. */
const SUMS: usize = memory.data(32, 16);
/** The smallest normal float32 and the largest. */
const LEAST_SCALE: f32 = reinterpret<f32>(0x00800000);
const MOST_SCALE: f32 = reinterpret<f32>(0x7f7fffff);
/** See weight-error.ts. */
const HALF_STEP: f32 = 0.501;
/** Bytes of weights whose squares may be summed as float32. */
export const CHUNK: usize = 4096;

export function errorSumsAt(): usize {
  return SUMS;
}

/**
 * Vectors of four weights at `from`, `from + step` ... before `end`, each lane with a scale of its own.
 * @param low lowest code less zero point; so too `high`
 */
export function addErrors(
  from: usize,
  end: usize,
  step: usize,
  scale: v128,
  reciprocal: v128,
  low: v128,
  high: v128,
): void {
  const size: v128 = f32x4.abs(scale);
  const normal: v128 = v128.and(f32x4.ge(size, f32x4.splat(LEAST_SCALE)), f32x4.le(size, f32x4.splat(MOST_SCALE)));
  if (!i32x4.all_true(normal)) {
    addLane(from, end, step, scale, reciprocal, low, high);
    addLane(from + 4, end, step, turned(scale), turned(reciprocal), turned(low), turned(high));
    const half: v128 = v128.shuffle<i32>(scale, scale, 2, 3, 0, 1);
    const halfReciprocal: v128 = v128.shuffle<i32>(reciprocal, reciprocal, 2, 3, 0, 1);
    const halfLow: v128 = v128.shuffle<i32>(low, low, 2, 3, 0, 1);
    const halfHigh: v128 = v128.shuffle<i32>(high, high, 2, 3, 0, 1);
    addLane(from + 8, end, step, half, halfReciprocal, halfLow, halfHigh);
    addLane(from + 12, end, step, turned(half), turned(halfReciprocal), turned(halfLow), turned(halfHigh));
    return;
  }
  // No other weight is further from its value.
  const reach: v128 = f32x4.splat(HALF_STEP);
  let squares: v128 = f32x4.splat(0);
  let errors: v128 = squares;
  let largest: v128 = squares;
  let clipped: v128 = squares;
  for (let at: usize = from; at < end; at += step) {
    const w: v128 = v128.load(at);
    const exact: v128 = f32x4.mul(w, reciprocal);
    const code: v128 = f32x4.nearest(f32x4.pmin(high, f32x4.pmax(low, exact)));
    const error: v128 = f32x4.sub(w, f32x4.mul(code, scale));
    const relative: v128 = f32x4.mul(error, reciprocal);
    squares = f32x4.add(squares, f32x4.mul(exact, exact));
    errors = f32x4.add(errors, f32x4.mul(relative, relative));
    const steps: v128 = f32x4.abs(relative);
    largest = f32x4.pmax(largest, steps);
    clipped = i32x4.sub(clipped, f32x4.gt(steps, reach));
  }
  addSums(squares, errors, f32x4.mul(largest, size), clipped, scale);
}

/** Sums of four lanes, the first two in units of the squared scale. */
export function addSums(squares: v128, errors: v128, largest: v128, clipped: v128, scale: v128): void {
  const low: v128 = f64x2.promote_low_f32x4(scale);
  const high: v128 = f64x2.promote_low_f32x4(v128.shuffle<i32>(scale, scale, 2, 3, 0, 1));
  const lowUnit: v128 = f64x2.mul(low, low);
  const highUnit: v128 = f64x2.mul(high, high);
  store<f64>(SUMS, load<f64>(SUMS) + total(squares, lowUnit, highUnit));
  store<f64>(SUMS, load<f64>(SUMS, 8) + total(errors, lowUnit, highUnit), 8);
  largest = f32x4.pmax(largest, v128.shuffle<i32>(largest, largest, 2, 3, 0, 1));
  largest = f32x4.pmax(largest, v128.shuffle<i32>(largest, largest, 1, 0, 3, 2));
  note(<f64>f32x4.extract_lane(largest, 0));
  if (!v128.any_true(clipped)) return;
  clipped = i32x4.add(clipped, v128.shuffle<i32>(clipped, clipped, 2, 3, 0, 1));
  clipped = i32x4.add(clipped, v128.shuffle<i32>(clipped, clipped, 1, 0, 3, 2));
  store<f64>(SUMS, load<f64>(SUMS, 16) + <f64>i32x4.extract_lane(clipped, 0), 16);
}

/** One weight and the value that stands for it. */
export function addOne(weight: f32, value: f32, isClipped: bool): void {
  const error: f64 = <f64>weight - <f64>value;
  store<f64>(SUMS, load<f64>(SUMS) + <f64>weight * <f64>weight);
  store<f64>(SUMS, load<f64>(SUMS, 8) + error * error, 8);
  note(abs<f64>(error));
  if (isClipped) store<f64>(SUMS, load<f64>(SUMS, 16) + 1, 16);
}

function note(error: f64): void {
  if (error > load<f64>(SUMS, 24)) store<f64>(SUMS, error, 24);
}

// @ts-ignore: decorator
@inline
function total(sums: v128, lowUnit: v128, highUnit: v128): f64 {
  const low: v128 = f64x2.mul(f64x2.promote_low_f32x4(sums), lowUnit);
  const high: v128 = f64x2.mul(f64x2.promote_low_f32x4(v128.shuffle<i32>(sums, sums, 2, 3, 0, 1)), highUnit);
  const both: v128 = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

// @ts-ignore: decorator
@inline
function turned(lanes: v128): v128 {
  return v128.shuffle<i32>(lanes, lanes, 1, 0, 3, 2);
}

/** Weights with the scale of lane 0, which may be zero, subnormal or infinite. */
export function addLane(
  from: usize,
  end: usize,
  step: usize,
  scales: v128,
  reciprocals: v128,
  lows: v128,
  highs: v128,
): void {
  const scale: f32 = f32x4.extract_lane(scales, 0);
  const reciprocal: f32 = f32x4.extract_lane(reciprocals, 0);
  const low: f32 = f32x4.extract_lane(lows, 0);
  const high: f32 = f32x4.extract_lane(highs, 0);
  for (let at: usize = from; at < end; at += step) {
    const w: f32 = load<f32>(at);
    const exact: f32 = w * reciprocal;
    const code: f32 = exact > low ? (exact < high ? nearest<f32>(exact) : high) : low;
    addOne(w, code * scale, exact > high + HALF_STEP || exact < low - HALF_STEP);
  }
}

/** `count` weights that share scale and zero point, `low` and `high` as above. */
export function errorsOfRow(from: usize, count: i32, scale: f32, low: f32, high: f32): void {
  const scales: v128 = f32x4.splat(scale);
  const reciprocals: v128 = f32x4.splat(scale === 0 ? 0 : 1 / scale);
  const lows: v128 = f32x4.splat(low);
  const highs: v128 = f32x4.splat(high);
  const end: usize = from + (<usize>(count & ~3) << 2);
  for (let at: usize = from; at < end; at += CHUNK) {
    addErrors(at, min<usize>(end, at + CHUNK), 16, scales, reciprocals, lows, highs);
  }
  addLane(end, end + (<usize>(count & 3) << 2), 4, scales, reciprocals, lows, highs);
}
