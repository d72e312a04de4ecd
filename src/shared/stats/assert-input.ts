import type { Numbers } from "./numbers.ts";

/** Guards of the statistics: a NaN or a negative count is a bug of the caller and throws, it is never averaged away. */

/** RangeError unless `value` is an integer of at least `least`. */
export function assertInteger(value: number, name: string, least = 0): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be an integer of at least ${least}, got ${value}.`);
  }
}

/** RangeError if a value is NaN; infinities pass. */
export function assertNoNaN(values: Numbers, name: string): void {
  for (let index = 0; index < values.length; index += 1) {
    if (Number.isNaN(values[index])) throw new RangeError(`${name}: value ${index} is NaN.`);
  }
}

/** RangeError if a value is NaN or infinite. */
export function assertFinite(values: Numbers, name: string): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (!Number.isFinite(value)) throw new RangeError(`${name}: value ${index} is ${value}, not a finite number.`);
  }
}

/** RangeError unless both have one length: items are paired by position. */
export function assertSameLength(left: ArrayLike<unknown>, right: ArrayLike<unknown>, what: string): void {
  if (left.length !== right.length) {
    throw new RangeError(`${what} must have one length to be paired, got ${left.length} and ${right.length}.`);
  }
}

/** RangeError unless the margin is a share from 0 to 1: 1 point is 0.01. */
export function assertMargin(margin: number): void {
  if (!(margin >= 0 && margin <= 1)) {
    throw new RangeError(`A margin is a share from 0 to 1 (1 point is 0.01), got ${margin}.`);
  }
}
