/**
 * The loops of src/core/quantize/dynamic8/dynamic8-columns.ts, where each column of a matrix has a scale of its own: [rows, width]
 * float32, four columns at a time. The TypeScript there is the reference; results are equal.
 */

import { addErrors, addLane, CHUNK } from "./errors";
import { code8 } from "./floats";

/** Widens the ranges [low, high] of the columns to hold `rows` rows of finite weights. */
export function widenColumns(from: usize, rows: i32, width: i32, low: usize, high: usize): void {
  const step: usize = <usize>width << 2;
  const end: usize = from + <usize>rows * step;
  let column: i32 = 0;
  for (; column + 4 <= width; column += 4, from += 16, low += 16, high += 16) {
    let least: v128 = v128.load(low);
    let most: v128 = v128.load(high);
    for (let at: usize = from; at < end; at += step) {
      const w: v128 = v128.load(at);
      least = f32x4.pmin(least, w);
      most = f32x4.pmax(most, w);
    }
    v128.store(low, least);
    v128.store(high, most);
  }
  for (; column < width; column++, from += 4, low += 4, high += 4) {
    let least: v128 = v128.load32_splat(low);
    let most: v128 = v128.load32_splat(high);
    for (let at: usize = from; at < end; at += step) {
      const w: v128 = v128.load32_splat(at);
      least = f32x4.pmin(least, w);
      most = f32x4.pmax(most, w);
    }
    v128.store32_lane(low, least, 0);
    v128.store32_lane(high, most, 0);
  }
}

/** Codes as `codesOf8` (floats.ts) makes them, with scales and zero points (both float32) by column. */
export function codesOfColumns(
  from: usize,
  rows: i32,
  width: i32,
  scales: usize,
  zeros: usize,
  lowest: f32,
  to: usize,
): void {
  const least: v128 = f32x4.splat(lowest);
  const most: v128 = f32x4.splat(lowest + 255);
  for (let row: i32 = 0; row < rows; row++) {
    let scale: usize = scales;
    let zero: usize = zeros;
    let left: i32 = width;
    for (; left >= 16; left -= 16, from += 64, scale += 64, zero += 64, to += 16) {
      const a: v128 = code8(v128.load(from), v128.load(scale), v128.load(zero), least, most);
      const b: v128 = code8(v128.load(from, 16), v128.load(scale, 16), v128.load(zero, 16), least, most);
      const c: v128 = code8(v128.load(from, 32), v128.load(scale, 32), v128.load(zero, 32), least, most);
      const d: v128 = code8(v128.load(from, 48), v128.load(scale, 48), v128.load(zero, 48), least, most);
      v128.store(to, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), i16x8.narrow_i32x4_u(c, d)));
    }
    for (; left > 0; left--, from += 4, scale += 4, zero += 4, to++) {
      const one: v128 = code8(v128.load32_splat(from), v128.load32_splat(scale), v128.load32_splat(zero), least, most);
      store<u8>(to, i32x4.extract_lane(one, 0));
    }
  }
}

/** The errors of these codes; no scale is zero. */
export function errorsOfColumns(from: usize, rows: i32, width: i32, scales: usize, zeros: usize, lowest: f32): void {
  const step: usize = <usize>width << 2;
  const end: usize = from + <usize>rows * step;
  const chunk: usize = (CHUNK >> 4) * step;
  const one: v128 = f32x4.splat(1);
  let column: i32 = 0;
  for (; column + 4 <= width; column += 4, from += 16, scales += 16, zeros += 16) {
    const scale: v128 = v128.load(scales);
    const low: v128 = f32x4.sub(f32x4.splat(lowest), v128.load(zeros));
    const high: v128 = f32x4.add(low, f32x4.splat(255));
    for (let at: usize = from; at < end; at += chunk) {
      addErrors(at, min<usize>(end, at + chunk), step, scale, f32x4.div(one, scale), low, high);
    }
  }
  for (; column < width; column++, from += 4, scales += 4, zeros += 4) {
    const scale: v128 = v128.load32_splat(scales);
    const low: v128 = f32x4.sub(f32x4.splat(lowest), v128.load32_splat(zeros));
    const high: v128 = f32x4.add(low, f32x4.splat(255));
    addLane(from, end, step, scale, f32x4.div(one, scale), low, high);
  }
}
