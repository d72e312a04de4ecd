/**
 * Holm's step-down adjustment (Holm 1979): p-values of several candidates against one reference, made comparable with
 * 0.05 each while all together stay below a 5 % chance of one false alarm.
 * @param pValues from 0 to 1; RangeError outside or for NaN
 * @returns adjusted p-values in the order given; empty when there are none
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`A p-value lies from 0 to 1, got ${p}.`);
  }
  const order = pValues.map((_, index) => index).sort((i, j) => pValues[i]! - pValues[j]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = largest;
  });
  return adjusted;
}
